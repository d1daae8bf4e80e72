using System.Diagnostics;
using System.Diagnostics.Metrics;
using EdgeOrleans.Grains.Time;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Journal;
using Microsoft.Extensions.Hosting;

namespace EdgeOrleans.Grains;

/// <summary>What can be asked of journal and write-behind at any time, as instruments. Nothing is computed until somebody asks.</summary>
internal sealed class DeviceGauges(FlashJournal journal, SaveScheduler saves, ServiceClock clock) : IHostedService, IDisposable
{
    // One look serves for all instruments of one scrape.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(10);

    private readonly Meter _meter = new(GaugeMeter.Name);
    private JournalPressure _pressure = null!;
    private long _lookedAt;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Look();
        AddJournal();
        AddFlash();
        AddTargets();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _meter.Dispose();

    private void AddJournal()
    {
        _meter.Gauge("edgeorleans.journal.size", "By", "Bytes of all files of the journal.", () => Pressure.UsedBytes);
        _meter.Gauge("edgeorleans.journal.limit", "By", "How far it may grow (Journal:MaxBytes).", () => Pressure.LimitBytes);
        _meter.Gauge("edgeorleans.journal.held", "By", "Bytes of files that hold something storage lacks.", () => Pressure.HeldBytes);
        _meter.Gauge("edgeorleans.journal.live", "By", "Bytes of records that storage lacks.", () => Pressure.LiveBytes);
        _meter.Gauge("edgeorleans.journal.pending", "By", "Bytes that wait for a flush.", () => Pressure.PendingBytes);
        _meter.Gauge("edgeorleans.journal.segments", "{segment}", "Files that hold records.", () => Pressure.Segments);
        _meter.Gauge("edgeorleans.journal.spares", "{segment}", "Files that wait to be used.", () => Pressure.Spares);
        _meter.CreateObservableGauge("edgeorleans.journal.unsaved.age", () => AgeOfOldestUnsaved, "s", "Age of the oldest write that storage lacks.");
        _meter.Gauge("edgeorleans.journal.writable", "{state}", "1 while writes are taken, 0 while they are refused.",
            () => Pressure.State == JournalState.Writing ? 1 : 0);
        _meter.Counter("edgeorleans.journal.failures", "{failure}", "Writes or flushes that failed; the first one ends writing until a restart.",
            () => Pressure.State == JournalState.Failed ? 1 : 0);
        _meter.Gauge("edgeorleans.journal.damaged", "{place}", "Places of damage found at the last start.", () => journal.Recovery.Damage.Count);
        _meter.Gauge("edgeorleans.journal.quarantined.frames", "{frame}", "Frames set aside at the last start.", () => QuarantinedFrames);
    }

    private void AddFlash()
    {
        _meter.Counter("edgeorleans.flash.written", "By", "Bytes that the process wrote to its data directory, in all runs.", () => journal.Writes.Totals.Total);
        _meter.Gauge("edgeorleans.flash.written.today", "By", "Of them, since midnight UTC.", () => journal.Writes.Totals.Today);
        _meter.Counter("edgeorleans.flash.flushes", "{flush}", "Flushes since the process started.", () => journal.Writes.Flushes);
    }

    private void AddTargets()
    {
        foreach (var target in saves.Standings)
        {
            SaveMeter.Begin(TagOf(target));
        }

        ForEachTarget("edgeorleans.save.waiting", "{collection}", "Collections that wait to be saved.", static target => target.Waiting);
        ForEachTarget("edgeorleans.save.failing", "{state}", "1 while the target takes no saves.", static target => target.IsFailing ? 1 : 0);
        _meter.CreateObservableGauge(
            "edgeorleans.save.backoff",
            () => saves.Standings.Select(static target => new Measurement<double>(target.Backoff.TotalSeconds, TagOf(target))),
            "s", "Time until a failing target is tried again.");
        ForEachPool("edgeorleans.storage.pool.used", "{connection}", "Connections in use.", static pool => pool.InUse);
        ForEachPool("edgeorleans.storage.pool.idle", "{connection}", "Connections that could be used.", static pool => pool.Idle);
        ForEachPool("edgeorleans.storage.pool.waiting", "{call}", "Calls that wait for a connection.", static pool => pool.Waiting);
        _meter.CreateObservableCounter(
            "edgeorleans.storage.pool.timeouts", () => Pools(static pool => pool.Timeouts), "{call}", "Calls that waited in vain.");
    }

    private void ForEachTarget(string name, string unit, string description, Func<TargetStanding, long> value) => _meter.CreateObservableGauge(
        name, () => saves.Standings.Select(target => new Measurement<long>(value(target), TagOf(target))), unit, description);

    private void ForEachPool(string name, string unit, string description, Func<StoragePool, long> value) =>
        _meter.CreateObservableGauge(name, () => Pools(value), unit, description);

    private IEnumerable<Measurement<long>> Pools(Func<StoragePool, long> value) =>
        from target in saves.Standings
        where target.Target.Rows.Pool is not null
        select new Measurement<long>(value(target.Target.Rows.Pool!.Value), TagOf(target));

    private static KeyValuePair<string, object?> TagOf(TargetStanding target) => new("target", target.Target.Name);

    private long QuarantinedFrames => journal.Recovery.Damage
        .Where(static damage => damage.Kind == JournalDamageKind.Frames)
        .Sum(static damage => damage.LastFrame - damage.FirstFrame + 1);

    private double AgeOfOldestUnsaved =>
        Pressure.OldestUnsavedSinceMicros is var since and not 0 ? Math.Max(0, clock.NowMicros() - since) / 1e6 : 0;

    private JournalPressure Pressure
    {
        get
        {
            Look();
            return _pressure;
        }
    }

    private void Look()
    {
        if (_pressure is null || Stopwatch.GetElapsedTime(_lookedAt) > LookInterval)
        {
            _pressure = journal.Pressure;
            _lookedAt = Stopwatch.GetTimestamp();
        }
    }
}
