using System.Reactive.Disposables;

namespace RxGlisten;

/// <summary>A certificate in files, and what they hold later. Read and checked when it is made, so that an error comes where the files are named.</summary>
internal sealed class CertificateFiles : CertificateSource
{
    private readonly (string Role, string Path)[] _files;
    private readonly Func<CertificateInput[], CertificateWithChain> _parse;
    private readonly TimeProvider _clock;
    private volatile Content _last; // what could be used; who needs one for each connection is not to parse it each time

    public CertificateFiles(Func<CertificateInput[], CertificateWithChain> parse, TimeProvider clock, params (string Role, string Path)[] files)
    {
        (_parse, _clock, _files) = (parse, clock, files);
        var inputs = Read();
        _last = Parse(inputs, FileWatch.PrintOf(inputs));
    }

    public override IDisposable Follow(ICertificateFollower follower, FileWatch? watch)
    {
        Content first;
        try
        {
            first = Take(Read());
        }
        catch (TlsCertificateException e) when (!_last.Certificate.HasExpired(_clock))
        {
            first = _last; // in the middle of a swap, perhaps; if not, whoever watches will be told
            if (watch is null)
                follower.OnFailure(e);
        }

        follower.OnCertificate(first.Certificate.Checked(first.Input, _clock));
        return watch?.Add(Read, inputs => follower.OnCertificate(Take(inputs).Certificate), follower.OnFailure, first.Print) ?? Disposable.Empty;
    }

    public override CertificateWithChain Latest()
    {
        try
        {
            return Take(Read()).Certificate;
        }
        catch (TlsCertificateException)
        {
            return _last.Certificate; // as above; its peers will say if it is no good any more
        }
    }

    private CertificateInput[] Read() => Array.ConvertAll(_files, file => CertificateInput.Read(file.Role, file.Path));

    private Content Take(CertificateInput[] inputs)
    {
        var print = FileWatch.PrintOf(inputs);
        var last = _last;
        return print.AsSpan().SequenceEqual(last.Print) ? last : _last = Parse(inputs, print);
    }

    private Content Parse(CertificateInput[] inputs, byte[] print) => new(inputs[0] with { Bytes = [] }, _parse(inputs).Checked(inputs[0], _clock), print);

    private sealed record Content(CertificateInput Input, CertificateWithChain Certificate, byte[] Print);
}
