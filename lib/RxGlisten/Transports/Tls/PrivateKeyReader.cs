using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RxGlisten;

/// <summary>Reads private keys, and joins them to their certificates.</summary>
internal static class PrivateKeyReader
{
    private const string RsaAlgorithm = "1.2.840.113549.1.1.1";
    private const string EcAlgorithm = "1.2.840.10045.2.1";
    private const string Expected = "expected PEM with a block of PRIVATE KEY, RSA PRIVATE KEY, EC PRIVATE KEY or ENCRYPTED PRIVATE KEY";

    /// <summary>The first private key in PEM, decoded.</summary>
    public static (TlsKeyType Type, byte[] Bytes) FindPem(CertificateInput input)
    {
        var rest = input.Text.AsSpan();
        while (PemEncoding.TryFind(rest, out var block))
        {
            if (TypeOf(rest[block.Label]) is { } type)
                return (type, Convert.FromBase64String(rest[block.Base64Data].ToString()));
            rest = rest[block.Location.End..];
        }

        if (input.Text.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
            throw input.Wrong("has a key in the old encrypted PEM form, which is not safe; convert it with: openssl pkcs8 -topk8");
        throw input.Wrong($"has no private key; {Expected}{(input.LooksLikeDer ? ". It looks like DER" : "")}");
    }

    /// <summary>The certificate with its key.</summary>
    public static X509Certificate2 Attach(
        X509Certificate2 leaf, CertificateInput certificate, CertificateInput key, TlsKeyType type, byte[] bytes, string? password)
    {
        if (type == TlsKeyType.EncryptedPkcs8 && password is null)
            throw key.Wrong("is encrypted; give its password");
        try
        {
            return Portable(leaf.GetKeyAlgorithm() switch
            {
                RsaAlgorithm => AttachRsa(leaf, key, type, bytes, password),
                EcAlgorithm => AttachEc(leaf, key, type, bytes, password),
                var other => throw certificate.Wrong($"({leaf.Subject}) has a key of algorithm {other}; expected RSA or an elliptic curve"),
            });
        }
        catch (ArgumentException e)
        {
            throw Mismatch(leaf, key, e);
        }
    }

    private static TlsKeyType? TypeOf(ReadOnlySpan<char> label) => label switch
    {
        "RSA PRIVATE KEY" => TlsKeyType.Rsa,
        "EC PRIVATE KEY" => TlsKeyType.Ec,
        "PRIVATE KEY" => TlsKeyType.Pkcs8,
        "ENCRYPTED PRIVATE KEY" => TlsKeyType.EncryptedPkcs8,
        _ => null,
    };

    private static X509Certificate2 AttachRsa(X509Certificate2 leaf, CertificateInput key, TlsKeyType type, byte[] bytes, string? password)
    {
        using var rsa = RSA.Create();
        if (type == TlsKeyType.Ec || !TryImport(rsa, type, bytes, password))
            throw Explain<ECDsa>(ECDsa.Create, leaf, key, type, bytes, password);
        return leaf.CopyWithPrivateKey(rsa);
    }

    private static X509Certificate2 AttachEc(X509Certificate2 leaf, CertificateInput key, TlsKeyType type, byte[] bytes, string? password)
    {
        using var ec = ECDsa.Create();
        if (type == TlsKeyType.Rsa || !TryImport(ec, type, bytes, password))
            throw Explain<RSA>(RSA.Create, leaf, key, type, bytes, password);
        return leaf.CopyWithPrivateKey(ec);
    }

    private static bool TryImport(AsymmetricAlgorithm key, TlsKeyType type, byte[] bytes, string? password)
    {
        try
        {
            switch (type, key)
            {
                case (TlsKeyType.Rsa, RSA rsa):
                    rsa.ImportRSAPrivateKey(bytes, out _);
                    return true;
                case (TlsKeyType.Ec, ECDsa ec):
                    ec.ImportECPrivateKey(bytes, out _);
                    return true;
                case (TlsKeyType.Pkcs8, _):
                    key.ImportPkcs8PrivateKey(bytes, out _);
                    return true;
                case (TlsKeyType.EncryptedPkcs8, _):
                    key.ImportEncryptedPkcs8PrivateKey(password, bytes, out _);
                    return true;
                default:
                    return false;
            }
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>A key that could not be read as the certificate's kind: perhaps it is a good key of the other kind.</summary>
    private static TlsCertificateException Explain<T>(
        Func<T> other, X509Certificate2 leaf, CertificateInput key, TlsKeyType type, byte[] bytes, string? password)
        where T : AsymmetricAlgorithm
    {
        using var attempt = other();
        if (TryImport(attempt, type, bytes, password))
            return Mismatch(leaf, key, null);
        return key.Wrong(type switch
        {
            TlsKeyType.Rsa => "is damaged; expected an RSA key (PKCS#1)",
            TlsKeyType.Ec => "is damaged; expected an elliptic curve key (SEC 1)",
            TlsKeyType.Pkcs8 => "is damaged; expected an RSA or elliptic curve key (PKCS#8)",
            _ => "can't be decrypted: the password is wrong, it is damaged, or it is encrypted in a way that .NET doesn't know (scrypt, say); openssl pkcs8 -topk8 makes one that it knows",
        });
    }

    private static TlsCertificateException Mismatch(X509Certificate2 leaf, CertificateInput key, Exception? inner) =>
        key.Wrong($"does not belong to the certificate ({leaf.Subject}); expected its private key", inner);

    // Windows can't use a key in a handshake that is in memory only.
    private static X509Certificate2 Portable(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows())
            return certificate;
        using (certificate)
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}
