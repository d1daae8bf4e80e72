using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace EdgeOrleans.Load.Micro;

/// <summary>The benchmarks: <c>--filter '*'</c> for all, <c>--list flat</c> for their names.</summary>
internal static class Program
{
    /// <summary>Runs what the arguments ask for, as a short job with allocations.</summary>
    public static void Main(string[] args)
    {
        // In this process: the default would build a project of its own for each, which the rules for all projects here do not fit.
        var config = DefaultConfig.Instance
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default);
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
    }
}
