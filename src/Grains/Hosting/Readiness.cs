using EdgeOrleans.Grains.Time;
using Microsoft.Extensions.Hosting;

namespace EdgeOrleans.Grains;

/// <summary>
/// Whether requests should be sent here, and since when each part of the answer holds: looked at once a second, so that "since" tells
/// when something happened and not when somebody first asked.
/// </summary>
internal sealed class Readiness : BackgroundService
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly ReadinessLook[] _looks;
    private readonly ServiceClock _clock;
    private readonly Lock _gate = new();
    private readonly ReadinessCheck[] _checks;

    public Readiness(IEnumerable<ReadinessLook> looks, ServiceClock clock)
    {
        _clock = clock;
        _looks = [.. looks];
        var now = clock.GetUtcNow();
        _checks = [.. _looks.Select(look => new ReadinessCheck(look.Name, look.Fault(), now))];
    }

    /// <summary>Each check as it is now.</summary>
    public IReadOnlyList<ReadinessCheck> Look()
    {
        lock (_gate)
        {
            for (var i = 0; i < _looks.Length; i++)
            {
                var fault = _looks[i].Fault();
                var isAsBefore = (fault is null) == (_checks[i].Fault is null);
                _checks[i] = new ReadinessCheck(_looks[i].Name, fault, isAsBefore ? _checks[i].Since : _clock.GetUtcNow());
            }

            return [.. _checks];
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            Look();
            await Task.Delay(LookInterval, _clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
