using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Grains.Entries;
using EdgeOrleans.Grains.Time;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Journal;

namespace EdgeOrleans.Grains;

/// <summary>What the service says of itself, put together from those who know it.</summary>
internal sealed class ServiceStatus(
    FlashJournal journal,
    DamageReport damage,
    SaveScheduler saves,
    MemoryBudget budget,
    HeapGauge heap,
    Readiness readiness,
    CatalogOpening catalog,
    ServiceClock clock) : IServiceStatus
{
    private readonly DateTimeOffset _startedAt = clock.GetUtcNow();

    /// <inheritdoc/>
    public string? WriteFault => JournalFaults.Of(journal);

    /// <inheritdoc/>
    public long RequestMemoryBytes => budget.RequestBytes;

    /// <inheritdoc/>
    public ValueTask<bool> MakeRoom(long bytes, CancellationToken ct) => heap.MakeRoom(bytes, ct);

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings =>
    [
        .. damage.Lines,
        .. journal.DamagedOwners.Select(static key => $"Damage of the journal may have cost {CollectionText.Of(key)} writes."),
        .. saves.Warnings,
        .. journal.Laggards.Select(static key => $"Storage does not take {CollectionText.Of(key)}, which holds up the journal."),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<ReadinessCheck> Checks => readiness.Look();

    /// <inheritdoc/>
    public StartRecovery Recovery
    {
        get
        {
            var found = journal.Recovery;
            return new StartRecovery
            {
                StartedAt = _startedAt,
                IsFresh = found.IsFresh,
                Segments = found.Segments,
                Frames = found.Frames,
                Records = found.LiveRecords,
                TornTail = found.TornTail?.ToString(),
                Damage = [.. found.Damage.Select(Describe)],
                ClockFloor = found.ClockFloorMicros == 0 ? null : DateTimeOffset.UnixEpoch.AddMicroseconds(found.ClockFloorMicros),
                IsClockAtFloor = clock.BeganAtFloor,
                Steps =
                [
                    new("read the journal", found.ReadTime),
                    new("rewrite its newest frame", found.RewriteTime),
                    .. catalog.Took is { } took ? [new RecoveryStep("open the catalog", took)] : Array.Empty<RecoveryStep>(),
                ],
            };
        }
    }

    private static RecoveredDamage Describe(JournalDamage damage) => new(
        damage.ToString(),
        damage.FirstFrame,
        damage.LastFrame,
        [.. damage.Owners.Select(static owner => owner == Collection.SystemKey ? "(catalog)" : owner)],
        [.. damage.Lost.Select(KeyOf).OfType<string>().Distinct()],
        damage.QuarantineFile);

    private static string? KeyOf(LostRecord lost) =>
        lost.Owner != Collection.SystemKey && EntryRecord.TryReadKey(lost.Remains.Span, out var key) ? $"{lost.Owner}/{key}" : null;
}
