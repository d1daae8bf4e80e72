using System.CommandLine;
using EdgeOrleans.Load.Http;
using EdgeOrleans.Load.Output;

namespace EdgeOrleans.Load.Cluster;

/// <summary>What a cluster costs, at sites of one, two and three silos over one PostgreSQL and one Redis.</summary>
internal static class Program
{
    // After Ctrl-C: to end the processes.
    private static readonly TimeSpan CleanUpLimit = TimeSpan.FromSeconds(60);
    private static readonly int[] Sizes = [1, 2, 3];

    /// <summary>Reads the command line, measures and prints.</summary>
    /// <returns>0, or 2 when nothing could be measured.</returns>
    public static Task<int> Main(string[] args)
    {
        HttpConnection.MakeCheaper();
        var rounds = new Option<int>("--rounds") { Description = "How often each load is measured, in turns.", DefaultValueFactory = static _ => 3 };
        var seconds = new Option<double>("--seconds") { Description = "How long each measurement takes.", DefaultValueFactory = static _ => 1 };
        var warmUp = new Option<double>("--warmup") { Description = "Seconds of each load before it is measured.", DefaultValueFactory = static _ => 3 };
        var root = new RootCommand("Measures what a cluster costs, with PostgreSQL, Redis and silos that it starts on this machine.") { rounds, seconds, warmUp };
        root.SetAction((parsed, ct) => Run(
            parsed.GetValue(rounds), TimeSpan.FromSeconds(parsed.GetValue(seconds)), TimeSpan.FromSeconds(parsed.GetValue(warmUp)), ct));
        return root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = CleanUpLimit });
    }

    private static async Task<int> Run(int rounds, TimeSpan length, TimeSpan warmUp, CancellationToken ct)
    {
        // Signals are caught once this has returned for the first time: before anything is started that would be left behind.
        await Task.Yield();
        var progress = ProgressLine.OfConsole();
        var sites = new List<Site>();
        try
        {
            progress.Show("starting");
            await using var servers = await Servers.Start();
            try
            {
                foreach (var size in Sizes)
                {
                    sites.Add(await Site.Start(servers, size));
                }

                progress.Clear();
                Console.WriteLine($"{Machine.Description}; medians of {rounds} rounds of {length.TotalSeconds} s, interleaved, after {warmUp.TotalSeconds} s of warm-up\n");
                var bench = new Bench(servers, rounds, length, warmUp, progress);
                await Requests.Print(Console.Out, bench, sites, ct);
                await Writers.Print(Console.Out, bench, sites[0], ct);
                await Idle.Print(Console.Out, bench, "some collections", sites, ct);
                await ManyCollections.Print(Console.Out, bench, sites[^1], ct);
                await Idle.Print(Console.Out, bench, $"{ManyCollections.Most:N0} collections at one silo of the third", sites, ct);
                await ColdCollections.Print(Console.Out, servers, sites[0], ct);
                return ExitCode.Held;
            }
            finally
            {
                foreach (var site in sites)
                {
                    await site.DisposeAsync();
                }
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or LoadFault && ct.IsCancellationRequested)
        {
            // Ctrl-C reaches the servers too, so what was under way may have failed before it was given up.
            progress.Clear();
            return ExitCode.NothingMeasured;
        }
        catch (LoadFault fault)
        {
            progress.Clear();
            Console.Error.WriteLine(fault.Message);
            return ExitCode.NothingMeasured;
        }
    }
}
