using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Journal;

namespace EdgeOrleans.Grains;

/// <summary>What <c>/health</c> shows, put together from those who know it.</summary>
internal sealed class ServiceStatus(FlashJournal journal, DamageReport damage, SaveScheduler saves, HeapGauge heap) : IServiceStatus
{
    /// <inheritdoc/>
    public string? WriteFault => journal.Failure ?? journal.Pressure.State switch
    {
        JournalState.BacklogFull => $"The journal has reached its {journal.Options.MaxBytes} bytes (Journal:MaxBytes), because storage does not take its content; reads go on.",
        JournalState.NoRoom => $"The disk has no room for the journal ({journal.Options.ReserveBytes} bytes are kept free, Journal:ReserveBytes); reads and deletes go on.",
        _ => null,
    };

    /// <inheritdoc/>
    public bool IsMemoryShort => heap.IsShort;

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings =>
    [
        .. damage.Lines,
        .. journal.DamagedOwners.Select(static key => $"Damage of the journal may have cost {CollectionText.Of(key)} writes."),
        .. saves.Warnings,
        .. journal.Pressure.Laggards.Select(static key => $"Storage does not take {CollectionText.Of(key)}, which holds up the journal."),
    ];
}
