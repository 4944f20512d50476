namespace RxGlisten;

/// <summary>How the bytes of a private key are to be read.</summary>
public enum TlsKeyType
{
    /// <summary>An RSA key as in PKCS#1 (RFC 8017, RSAPrivateKey); "RSA PRIVATE KEY" in PEM.</summary>
    Rsa,

    /// <summary>An elliptic curve key as in SEC 1 (RFC 5915, ECPrivateKey); "EC PRIVATE KEY" in PEM.</summary>
    Ec,

    /// <summary>A key of either kind as in PKCS#8 (RFC 5958, PrivateKeyInfo); "PRIVATE KEY" in PEM.</summary>
    Pkcs8,

    /// <summary>The same, encrypted with a password (EncryptedPrivateKeyInfo); "ENCRYPTED PRIVATE KEY" in PEM.</summary>
    EncryptedPkcs8,
}
