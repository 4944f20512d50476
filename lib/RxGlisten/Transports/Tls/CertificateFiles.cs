using System.Reactive.Disposables;

namespace RxGlisten;

/// <summary>A certificate in files, and what they hold later. Read and checked when it is made, so that an error comes where the files are named.</summary>
internal sealed class CertificateFiles : CertificateSource
{
    private readonly (string Role, string Path)[] _files;
    private readonly Func<CertificateInput[], CertificateWithChain> _parse;
    private readonly CertificateWithChain _first;
    private readonly byte[] _firstPrint;

    public CertificateFiles(Func<CertificateInput[], CertificateWithChain> parse, params (string Role, string Path)[] files)
    {
        (_parse, _files) = (parse, files);
        var inputs = Read();
        _firstPrint = FileWatch.PrintOf(inputs);
        _first = parse(inputs);
    }

    public override IDisposable Follow(ICertificateFollower follower, FileWatch? watch)
    {
        follower.OnCertificate(_first);
        return watch?.Add(Read, inputs => follower.OnCertificate(_parse(inputs)), follower.OnFailure, _firstPrint) ?? Disposable.Empty;
    }

    public override CertificateWithChain Latest()
    {
        try
        {
            var inputs = Read();
            return FileWatch.PrintOf(inputs).AsSpan().SequenceEqual(_firstPrint) ? _first : _parse(inputs);
        }
        catch (TlsCertificateException)
        {
            return _first; // in the middle of a swap, perhaps; its peers will say if it is no good any more
        }
    }

    private CertificateInput[] Read() => Array.ConvertAll(_files, file => CertificateInput.Read(file.Role, file.Path));
}
