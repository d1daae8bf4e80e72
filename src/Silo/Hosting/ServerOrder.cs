using System.Diagnostics;
using EdgeOrleans.Grains.WriteBehind;
using Microsoft.AspNetCore.Hosting.Server;

namespace EdgeOrleans.Silo.Hosting;

/// <summary>
/// The web server is the last to start and the first to stop. What happens at the end before anything else stops: no new connection,
/// a while for requests in flight, and then what the journal alone holds is saved, so that the next start has little to read.
/// </summary>
/// <param name="server">The web server.</param>
/// <param name="saves">What saves the journal; a member of a cluster has none.</param>
/// <param name="member">How the service stands in its cluster; a device has none.</param>
internal sealed class ServerOrder(IServer server, SaveService? saves = null, IClusterMember? member = null) : IHostedLifecycleService
{
    // Whoever spreads requests over a cluster asks each member now and then whether it is ready, and must have seen that this one is not
    // any more before its port closes. Then a write may take its whole time.
    private static readonly TimeSpan MemberNotice = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MemberDrainLimit = TimeSpan.FromSeconds(6);

    // Requests in flight come first: on a slow card a write waits for a second or two, while what is not saved is in the journal.
    // A client that never finishes its request must end somewhere all the same.
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan SaveLimit = TimeSpan.FromSeconds(3);

    // Both together, with the second that closing connections by force may take: leaves the rest of five seconds to stop the silo.
    private static readonly TimeSpan TotalLimit = TimeSpan.FromSeconds(3.5);

    /// <summary>Whether all but the web server runs, so that a start that fails now fails for the server's reasons.</summary>
    public bool OnlyServerIsLeft { get; private set; }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (member is not null)
        {
            await Task.Delay(MemberNotice, cancellationToken);
            await Drain(MemberDrainLimit, cancellationToken);
        }
        else if (saves is not null)
        {
            var begin = Stopwatch.GetTimestamp();
            await Drain(DrainLimit, cancellationToken);
            var left = TotalLimit - Stopwatch.GetElapsedTime(begin);
            await saves.SaveAll(left < SaveLimit ? left : SaveLimit);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        OnlyServerIsLeft = true;
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task Drain(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var drain = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        drain.CancelAfter(limit);
        await server.StopAsync(drain.Token);
    }
}
