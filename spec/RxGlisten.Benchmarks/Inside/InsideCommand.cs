using System.Text;
using RxGlisten.Benchmarks.Reporting;
using RxGlisten.Benchmarks.Running;

namespace RxGlisten.Benchmarks.Inside;

/// <summary>What the parts of the library cost by themselves, and what they allocate. 0 all measured, 1 something failed, 2 bad arguments.</summary>
internal static class InsideCommand
{
    public static int Run(string[] arguments)
    {
        if (arguments.Except(["--write", "--trial"]).Any() || arguments.Length > 1)
        {
            Console.Error.WriteLine("expected inside [--write | --trial]");
            return 2;
        }
        string command = $"dotnet run -c Release --project spec/RxGlisten.Benchmarks -- {string.Join(' ', ["inside", .. arguments])}";
        RunRecord record = RunRecord.Now(command, InsideRun.Method);
        try
        {
            string text = Measure(new InsideRun(isTrial: arguments.Contains("--trial")));
            Console.WriteLine(text);
            if (arguments.Contains("--write"))
                Docs.Write(new Results { Tables = { ["inside"] = new TableRecord { Run = record, Title = "Inside the process", Text = text } } });
            return 0;
        }
        catch (MeasurementException error)
        {
            Console.Error.WriteLine(error.Message);
            return 1;
        }
    }

    private static string Measure(InsideRun run)
    {
        StringBuilder text = new("Medians. With the pipeline `none` bytes go from Inbound to Outbound through the library's own operators, so that buffers are used again; `Select` is Rx's, and might keep them. "
            + $"What an echo allocates is counted in the whole process: the least of {LeastAllocation.Runs} runs of {LeastAllocation.Messages} messages.\n\n");
        text.Append(InsideTables.Echo("over sockets", run.Of<SocketEchoBenchmarks>(), SocketEchoBenchmarks.Allocated)).Append('\n');
        text.Append(InsideTables.Echo("over memory: a delivery", run.Of<DeliveryBenchmarks>(), DeliveryBenchmarks.Allocated)).Append('\n');
        text.Append(InsideTables.Plain("over memory: 4 KiB sent", run.Of<SendBenchmarks>())).Append('\n');
        text.Append(InsideTables.Plain("addresses", run.Of<AddressBenchmarks>())).Append('\n');
        foreach (ILineReader reader in LineBenchmarks.AllReaders) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"- `{reader.Name}`: {reader.Description}\n");
        text.Append('\n').Append(InsideTables.Lines(run.Of<LineBenchmarks>()));
        return text.ToString();
    }
}
