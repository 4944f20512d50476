using System.Buffers.Binary;
using System.Text;
using RxGlisten.Demos.Http;

namespace RxGlisten.Spec.Demos.Http.Doubles;

/// <summary>A client's frames, masked.</summary>
internal static class ClientFrames
{
    private static readonly byte[] s_mask = [0x37, 0xFA, 0x21, 0x3D];

    public static byte[] Text(string text) => Of(Opcode.Text, text);

    /// <summary>A frame with a payload in Latin-1.</summary>
    public static byte[] Of(Opcode opcode, string payload, bool isFinal = true) => Of(opcode, Encoding.Latin1.GetBytes(payload), isFinal);

    public static byte[] Of(Opcode opcode, byte[] payload, bool isFinal = true)
    {
        var head = (byte)((isFinal ? 0x80 : 0) | (byte)opcode);
        return [head, .. Length(payload.Length), .. s_mask, .. payload.Select((value, i) => (byte)(value ^ s_mask[i % 4]))];
    }

    private static byte[] Length(int length)
    {
        if (length < 126)
            return [(byte)(0x80 | length)];
        var bytes = new byte[9];
        if (length <= ushort.MaxValue)
        {
            bytes[0] = 0x80 | 126;
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(1), (ushort)length);
            return bytes[..3];
        }

        bytes[0] = 0x80 | 127;
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(1), (ulong)length);
        return bytes;
    }
}
