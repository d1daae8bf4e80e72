using Microsoft.Extensions.Hosting;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>Drives a <see cref="SaveScheduler"/> while the process runs.</summary>
public sealed class SaveService : BackgroundService
{
    // How late pressure or age is noticed. A journal of 64 MiB takes seconds to fill at any rate a card sustains.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    private readonly SaveScheduler _scheduler;
    private readonly SemaphoreSlim _wake = new(0, 1);

    /// <param name="scheduler">What to drive; its <see cref="SaveScheduler.Woken"/> is taken.</param>
    public SaveService(SaveScheduler scheduler)
    {
        _scheduler = scheduler;
        _scheduler.Woken = Wake;
    }

    /// <summary>
    /// Saves everything and returns when that is done, when storage fails, or when the time is over. To be called while grains still
    /// answer. What is not saved then stays in the journal.
    /// </summary>
    public async Task SaveAll(TimeSpan limit)
    {
        using var end = new CancellationTokenSource(limit);
        _scheduler.RequestAll();
        while (!_scheduler.IsIdle && !end.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _scheduler.Woken = null;
        _wake.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            while (_scheduler.RunOnce() && !stoppingToken.IsCancellationRequested)
            {
            }

            await ((Task)_wake.WaitAsync(LookInterval, stoppingToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // Awake already, or a call returns after the end.
        }
    }
}
