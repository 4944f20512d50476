using RxGlisten.Spec.Closing.Doubles;
using RxGlisten.Spec.Transports.EventLoop.Doubles;

namespace RxGlisten.Spec.Harness;

/// <summary>What this assembly does when it is started as a program, by specs that need a process of its own.</summary>
internal static class ChildProgram
{
    private static Task Main(string[] args) => args[0] switch
    {
        nameof(FewDescriptors) => FewDescriptors.RunAsync(),
        nameof(FewThreads) => FewThreads.RunAsync(),
        var transport => EchoProcess.RunAsync(Enum.Parse<TransportKind>(transport), args[1]),
    };
}
