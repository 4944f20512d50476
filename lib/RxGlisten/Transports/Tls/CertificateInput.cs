using System.Text;

namespace RxGlisten;

/// <summary>Bytes of a certificate or a key, and what to call them in an error.</summary>
/// <param name="Name">The start of a sentence, such as "The key file '/etc/key.pem'".</param>
/// <param name="Path">The file, where there is one.</param>
/// <param name="Bytes">What was read.</param>
internal readonly record struct CertificateInput(string Name, string? Path, byte[] Bytes)
{
    /// <summary>The bytes as text; PEM is ASCII.</summary>
    public string Text => Encoding.ASCII.GetString(Bytes);

    /// <summary>Whether they begin as all DER of certificates and keys does: with a SEQUENCE.</summary>
    public bool LooksLikeDer => Bytes is [0x30, ..];

    /// <summary>Reads a file.</summary>
    /// <param name="role">What it is to hold, such as "key".</param>
    /// <param name="path">The file.</param>
    /// <exception cref="TlsCertificateException">It can't be read.</exception>
    public static CertificateInput Read(string role, string path)
    {
        var input = new CertificateInput($"The {role} file '{path}'", path, []);
        try
        {
            return input with { Bytes = File.ReadAllBytes(path) };
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw input.Wrong("does not exist. Check the path, and from which directory the process runs", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw input.Wrong($"can't be read: {e.Message}", e);
        }
    }

    /// <summary>What came from memory.</summary>
    public static CertificateInput Given(string role, string pem) => new($"The {role}", null, Encoding.ASCII.GetBytes(pem));

    /// <inheritdoc cref="Given(string, string)"/>
    public static CertificateInput Given(string role, byte[] der) => new($"The {role}", null, der);

    /// <summary>The error that says so.</summary>
    public TlsCertificateException Wrong(string what, Exception? inner = null, bool isNotValidYet = false) =>
        new($"{Name} {what}.", Path, inner) { IsNotValidYet = isNotValidYet };
}
