using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Journal;

namespace EdgeOrleans.Grains;

/// <summary>What <c>/health</c> shows, put together from those who know it.</summary>
internal sealed class ServiceStatus(FlashJournal journal, DamageReport damage, SaveScheduler saves) : IServiceStatus
{
    /// <inheritdoc/>
    public string? WriteFault => journal.Failure ?? journal.Pressure.State switch
    {
        JournalState.BacklogFull => "The journal is full (Journal:MaxBytes), because storage does not take its content; reads go on.",
        JournalState.NoRoom => "The disk has no room for the journal (Journal:ReserveBytes is kept free); reads and deletes go on.",
        _ => null,
    };

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings =>
    [
        .. damage.Lines,
        .. journal.DamagedOwners.Select(static key => $"Collection '{key}' may have lost writes to damage of the journal."),
        .. saves.Warnings,
        .. journal.Pressure.Laggards.Select(static key => $"Collection '{key}' holds up the journal: storage does not take it."),
    ];
}
