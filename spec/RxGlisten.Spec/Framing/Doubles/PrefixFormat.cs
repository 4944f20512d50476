using System.Numerics;

namespace RxGlisten.Spec.Framing.Doubles;

/// <summary>A length prefix, and the same in words that share no code with it.</summary>
internal sealed record PrefixFormat(string Field, bool CountsItself = false, int Adjustment = 0)
{
    public static readonly string[] Fields = ["u8", "u16be", "u16le", "u32be", "u32le", "u64be", "u64le", "varint"];

    private bool IsVarInt => Field == "varint";

    private int Bytes => int.Parse(Field.Trim('u', 'b', 'l', 'e'), System.Globalization.CultureInfo.InvariantCulture) / 8;

    public LengthPrefix Prefix => (Field switch
    {
        "u8" => LengthPrefix.UInt8,
        "u16be" => LengthPrefix.UInt16BigEndian,
        "u16le" => LengthPrefix.UInt16LittleEndian,
        "u32be" => LengthPrefix.UInt32BigEndian,
        "u32le" => LengthPrefix.UInt32LittleEndian,
        "u64be" => LengthPrefix.UInt64BigEndian,
        "u64le" => LengthPrefix.UInt64LittleEndian,
        _ => LengthPrefix.VarInt,
    }) with { CountsItself = CountsItself, Adjustment = Adjustment };

    /// <summary>The length of the field at the beginning; 0 when it is not all there.</summary>
    public int HeaderLength(byte[] bytes)
    {
        if (!IsVarInt)
            return bytes.Length < Bytes ? 0 : Bytes;
        var more = bytes.TakeWhile(b => b >= 0x80).Count();
        if (more >= 9 && bytes.Length >= 10)
            return 10; // whatever its tenth byte is
        return more == bytes.Length ? 0 : more + 1;
    }

    /// <summary>The number in a field; null when it is none.</summary>
    public BigInteger? Number(byte[] field)
    {
        if (!IsVarInt)
            return new BigInteger(field, isUnsigned: true, isBigEndian: Field.EndsWith("be", StringComparison.Ordinal));
        if (field is [_, _, _, _, _, _, _, _, _, > 1])
            return null;
        return field.Reverse().Aggregate(BigInteger.Zero, (number, b) => (number << 7) | (b & 0x7F));
    }

    /// <summary>A field for so many bytes behind it, written without regard to what fits; for a varint with its own length in it, one of at most two bytes.</summary>
    public byte[] Header(int content)
    {
        if (!IsVarInt)
            return Fixed(content - Adjustment + (CountsItself ? Bytes : 0));
        var number = content - Adjustment + (CountsItself ? 1 : 0);
        if (number >= 128)
            number += CountsItself ? 1 : 0;
        return number < 128 ? [(byte)number] : [(byte)(number | 0x80), (byte)(number >> 7)];
    }

    public override string ToString() => $"{Field}{(CountsItself ? " with itself" : "")}{(Adjustment == 0 ? "" : $" {Adjustment:+0;-0}")}";

    private byte[] Fixed(long number)
    {
        var bytes = Enumerable.Range(0, Bytes).Select(i => (byte)(number >> (8 * i)));
        return [.. Field.EndsWith("be", StringComparison.Ordinal) ? bytes.Reverse() : bytes];
    }
}
