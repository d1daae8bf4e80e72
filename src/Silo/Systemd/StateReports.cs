namespace EdgeOrleans.Silo.Systemd;

/// <summary>Reports to systemd that the service is ready, lives, and stops.</summary>
internal sealed partial class StateReports(
    ServiceManager manager, Liveness liveness, IHostApplicationLifetime lifetime, ILogger<StateReports> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var ready = lifetime.ApplicationStarted.Register(started.SetResult);
        using var stopping = lifetime.ApplicationStopping.Register(() => manager.Socket.Send("STOPPING=1", "STATUS=Saving and stopping"));
        await started.Task.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!started.Task.IsCompleted)
        {
            return;
        }

        manager.Socket.Send("READY=1", "STATUS=Serving");
        if (manager.Watchdog is { } watchdog)
        {
            await Feed(watchdog, stoppingToken);
        }

        await Task.Delay(Timeout.Infinite, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task Feed(TimeSpan watchdog, CancellationToken stoppingToken)
    {
        // Twice in the time, each look with its own half of a half at most.
        var (pause, limit) = (watchdog / 4, watchdog / 8);
        while (!stoppingToken.IsCancellationRequested)
        {
            if (await liveness.Fault(limit) is { } fault)
            {
                LogFault(log, fault);
            }
            else
            {
                manager.Socket.Send("WATCHDOG=1");
            }

            await Task.Delay(pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "systemd is not told that the service lives: {Fault}")]
    private static partial void LogFault(ILogger log, string fault);
}
