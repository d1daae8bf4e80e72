using Microsoft.AspNetCore.Hosting.Server;
using Npgsql;

namespace EdgeOrleans.Silo.Cluster;

/// <summary>Shows in PostgreSQL that this member is there, and ends the process when Redis has forgotten it.</summary>
/// <param name="registry">Where it is shown.</param>
/// <param name="watch">Who notices that Redis has forgotten.</param>
/// <param name="server">Ended first, so that requests under way are answered.</param>
/// <param name="notices">What an operator should know of how this member joined.</param>
/// <param name="logger">Where it is told.</param>
internal sealed partial class ClusterPresence(
    MemberRegistry registry, MembershipWatch watch, IServer server, IReadOnlyList<string> notices, ILogger<ClusterPresence> logger) : BackgroundService
{
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Leave();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var notice in notices)
        {
            LogNotice(logger, notice);
        }

        while (!stoppingToken.IsCancellationRequested && !watch.Forgotten.IsCompleted)
        {
            try
            {
                await registry.Renew(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException)
            {
                // Whoever writes says that storage is away. Without it no other member can start, so none can miss this one.
            }

            var pause = Task.Delay(MemberRegistry.RenewInterval, stoppingToken);
            await ((Task)Task.WhenAny(pause, watch.Forgotten)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!stoppingToken.IsCancellationRequested)
        {
            await End();
        }
    }

    private async Task End()
    {
        LogForgotten(logger);
        using var drain = new CancellationTokenSource(DrainLimit);
        await server.StopAsync(drain.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Leave();
        Environment.Exit((int)ExitCode.ClusterLeft);
    }

    private async Task Leave()
    {
        try
        {
            using var limit = new CancellationTokenSource(LeaveLimit);
            await registry.Leave(limit.Token);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            // It will be missed a little later.
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Notice}")]
    private static partial void LogNotice(ILogger logger, string notice);

    [LoggerMessage(2, LogLevel.Critical,
        "REDIS HAS FORGOTTEN THIS CLUSTER: it was emptied, or restarted without its append-only file. This member ends, as all others do, so that they "
        + "meet again when they are started.")]
    private static partial void LogForgotten(ILogger logger);
}
