using RxGlisten;
using RxGlisten.Demos;

// Echoes, encrypted, and says what was agreed on with each client. Talk to it with: openssl s_client -connect 127.0.0.1:3000
const string Certificate = "--certificate", Key = "--key", Password = "--password", Save = "--save", ClientCa = "--client-ca", Alpn = "--alpn";
return await Demo.RunAsync(
    args,
    $"[{Certificate} FILE {Key} FILE [{Password} TEXT]] [{Save} FILE] [{ClientCa} FILE] [{Alpn} NAME ...]",
    [Certificate, Key, Password, Save, ClientCa, Alpn],
    Configure,
    (listener, _) => listener
        .Serve(connection =>
        {
            Console.WriteLine($"client {connection.Id}: {Describe(connection.Tls!)}"); // every connection of this server has it
            return connection.Inbound.Bytes();
        })
        .Subscribe(ended => Console.WriteLine($"client {ended.Connection.Id}: {ended.Reason.Kind}")));

static ServerOptions Configure(DemoArguments arguments)
{
    var tls = (arguments.Last(Certificate), arguments.Last(Key)) switch
    {
        (null, null) => DevelopmentCertificate.Make(arguments.Last(Save)),

        // Read again every second: renew it while this runs, and new clients get the new one.
        ({ } certificate, { } key) => TlsOptions.FromPemFiles(certificate, key, arguments.Last(Password)) with { ReloadInterval = TimeSpan.FromSeconds(1) },
        _ => throw new FormatException($"{Certificate} and {Key} go together."),
    };
    return new ServerOptions
    {
        Tls = tls with
        {
            Alpn = arguments.All(Alpn),
            ClientVerification = arguments.Last(ClientCa) is { } authority ? ClientVerification.FromFile(authority) : ClientVerification.Off,
        },
    };
}

static string Describe(TlsInfo tls) =>
    $"{tls.Protocol}, {tls.Cipher}, name {tls.ServerName ?? "none"}, protocol {tls.Alpn ?? "none"}, client {tls.ClientCertificate?.Subject ?? "unknown"}";
