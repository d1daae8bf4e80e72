using EdgeOrleans.Journal;

namespace EdgeOrleans.Grains;

/// <summary>Says why the journal takes no writes.</summary>
internal static class JournalFaults
{
    /// <summary>A sentence; <see langword="null"/> while it takes them.</summary>
    public static string? Of(FlashJournal journal) => journal.Failure ?? journal.State switch
    {
        JournalState.BacklogFull => $"The journal has reached its {journal.Options.MaxBytes} bytes (Journal:MaxBytes), because storage does not take its content; reads go on.",
        JournalState.NoRoom => $"The disk has no room for the journal ({journal.Options.ReserveBytes} bytes are kept free, Journal:ReserveBytes); reads and deletes go on.",
        _ => null,
    };
}
