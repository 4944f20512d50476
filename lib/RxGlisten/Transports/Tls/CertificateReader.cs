using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RxGlisten;

/// <summary>Reads certificates. Whatever can be wrong with what they are made of is told here, by name, and not by a handshake that fails.</summary>
internal static class CertificateReader
{
    /// <summary>PEM: the certificate, its intermediates after it, and its key.</summary>
    public static CertificateWithChain FromPem(CertificateInput certificate, CertificateInput key, string? password)
    {
        var all = ReadPem(certificate, "the server's certificate first, its intermediates after it");
        var (type, bytes) = PrivateKeyReader.FindPem(key);
        return Join(certificate, all, key, type, bytes, password);
    }

    /// <summary>DER: a certificate, its key, and the intermediates.</summary>
    public static CertificateWithChain FromDer(CertificateInput certificate, IReadOnlyList<byte[]> intermediates, TlsKeyType type, CertificateInput key, string? password)
    {
        var all = new X509Certificate2Collection(ReadDer(certificate));
        for (var i = 0; i < intermediates.Count; i++)
            all.Add(ReadDer(CertificateInput.Given($"intermediate certificate {i + 1}", intermediates[i])));
        return Join(certificate, all, key, type, key.Bytes, password);
    }

    /// <summary>PKCS#12: all of them in one.</summary>
    public static CertificateWithChain FromPfx(CertificateInput input, string? password)
    {
        X509Certificate2Collection all;
        try
        {
            all = X509CertificateLoader.LoadPkcs12Collection(input.Bytes, password);
        }
        catch (CryptographicException e)
        {
            throw input.Wrong($"can't be opened: {(password is null ? "it needs a password" : "the password is wrong")}, or it is not PKCS#12 (.pfx, .p12)", e);
        }

        var leaf = all.FirstOrDefault(certificate => certificate.HasPrivateKey)
            ?? throw input.Wrong("has no certificate with a private key; expected PKCS#12 with a key");
        all.Remove(leaf);
        return new CertificateWithChain(leaf, all);
    }

    /// <summary>Certificates to trust: PEM, or one in DER.</summary>
    public static X509Certificate2Collection ReadAuthorities(CertificateInput input) =>
        input.LooksLikeDer ? [ReadDer(input)] : ReadPem(input, "the certificates of the authorities to trust");

    private static X509Certificate2Collection ReadPem(CertificateInput input, string expected)
    {
        var all = new X509Certificate2Collection();
        try
        {
            all.ImportFromPem(input.Text);
        }
        catch (CryptographicException e)
        {
            throw input.Wrong($"is damaged: it has a CERTIFICATE block that is not a certificate; expected PEM, {expected}", e);
        }

        if (all.Count == 0)
        {
            var hint = input.LooksLikeDer ? ". It looks like DER" : "";
            throw input.Wrong($"has no -----BEGIN CERTIFICATE----- block; expected PEM, {expected}{hint}");
        }

        return all;
    }

    private static X509Certificate2 ReadDer(CertificateInput input)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(input.Bytes);
        }
        catch (CryptographicException e)
        {
            throw input.Wrong("is not a certificate; expected DER (X.509)", e);
        }
    }

    private static CertificateWithChain Join(
        CertificateInput certificate, X509Certificate2Collection all, CertificateInput key, TlsKeyType type, byte[] bytes, string? password)
    {
        var leaf = PrivateKeyReader.Attach(all[0], certificate, key, type, bytes, password);
        all.RemoveAt(0);
        return new CertificateWithChain(leaf, all);
    }
}
