using EdgeOrleans.Grains.Catalog;
using EdgeOrleans.Grains.Time;
using Microsoft.Extensions.Logging;

namespace EdgeOrleans.Grains;

/// <summary>
/// Opens the catalog as soon as the silo runs, so that deletes which a kill cut short are finished although nobody asks for them.
/// Tries for as long as storage does not answer; the silo does not wait for it. Looks again now and then: the catalog may have left with a
/// silo, and deletes of its with it.
/// </summary>
internal sealed partial class CatalogOpening(IGrainFactory grains, ServiceClock clock, ILogger<CatalogOpening> logger)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private string? _fault = "The catalog is being opened.";
    private TaskCompletionSource _repeat = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _tookTicks;

    /// <summary>Why the catalog is not open, as a sentence; <see langword="null"/> once it is.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>How long it took to open; <see langword="null"/> before it is.</summary>
    public TimeSpan? Took => Fault is null ? new TimeSpan(Volatile.Read(ref _tookTicks)) : null;

    /// <summary>The catalog leaves to be opened anew.</summary>
    public void Repeat() => Volatile.Read(ref _repeat).TrySetResult();

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(CatalogOpening), ServiceLifecycleStage.Active, Start, Stop);

    public void Dispose() => _stop.Dispose();

    private Task Start(CancellationToken ct)
    {
        _ = Task.Run(Open, CancellationToken.None);
        return Task.CompletedTask;
    }

    private Task Stop(CancellationToken ct) => _stop.CancelAsync();

    private async Task Open()
    {
        var stopped = _stop.Token;
        var started = clock.GetTimestamp();
        await OpenOnce(stopped);
        Volatile.Write(ref _tookTicks, clock.GetElapsedTime(started).Ticks);
        while (!stopped.IsCancellationRequested)
        {
            Volatile.Write(ref _fault, null);
            await Task.WhenAny(Volatile.Read(ref _repeat).Task, Task.Delay(LookEvery, clock, stopped));
            Volatile.Write(ref _repeat, new(TaskCreationOptions.RunContinuationsAsynchronously));
            await OpenOnce(stopped);
        }
    }

    private async Task OpenOnce(CancellationToken stopped)
    {
        var registry = grains.GetGrain<ICollectionRegistry>(ICatalogGrain.Key);
        for (var retry = FirstRetry; !stopped.IsCancellationRequested; retry = retry * 2 < LastRetry ? retry * 2 : LastRetry)
        {
            try
            {
                if (await registry.Open() is not { } refusal)
                {
                    return;
                }

                Failed(refusal.Message);
            }
            catch (Exception fault) when (!stopped.IsCancellationRequested)
            {
                Failed(fault.Message);
            }

            await Task.Delay(retry, clock, stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Failed(string reason)
    {
        Volatile.Write(ref _fault, $"The catalog is not open yet: {reason}");
        LogRefused(logger, reason);
    }

    [LoggerMessage(1, LogLevel.Warning, "The catalog is not open yet: {Reason}")]
    private static partial void LogRefused(ILogger logger, string reason);
}
