using EdgeOrleans.Endurance.Tests.Traffic;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Endurance.Tests;

/// <summary>A service with a client of its own.</summary>
internal sealed class Running : IAsyncDisposable
{
    private Running(ServiceProcess process)
    {
        Process = process;
        Client = new KvClient(process.Address);
    }

    public ServiceProcess Process { get; }

    public KvClient Client { get; }

    public static async Task<Running> Start(ServiceDirectory directory, params (string Option, string Value)[] options) =>
        new(await ServiceProcess.Start(directory, options.Aggregate(new ServiceSetup(), static (setup, option) => setup.With(option.Option, option.Value))));

    /// <summary>Asks until the answer is as wanted.</summary>
    /// <returns>The last answer, which is not as wanted when the time is over.</returns>
    public static async Task<Reply> Until(Func<Task<Reply>> ask, Func<Reply, bool> isWanted, TimeSpan? limit = null)
    {
        using var end = new CancellationTokenSource(limit ?? TimeSpan.FromSeconds(20));
        while (true)
        {
            var reply = await ask();
            if (isWanted(reply) || end.IsCancellationRequested)
            {
                return reply;
            }

            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Process.DisposeAsync();
    }
}
