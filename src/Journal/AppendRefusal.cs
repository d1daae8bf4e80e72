namespace EdgeOrleans.Journal;

/// <summary>Why <see cref="FlashJournal.TryAppend"/> took nothing.</summary>
public enum AppendRefusal
{
    /// <summary>It took the records.</summary>
    None = 0,

    /// <summary><see cref="JournalOptions.MaxPendingBytes"/> wait for a flush already; it passes as soon as the disk catches up.</summary>
    TooManyPending,

    /// <summary>The journal is at <see cref="JournalOptions.MaxBytes"/> and the primary target lacks what it holds.</summary>
    BacklogFull,

    /// <summary>The file system has no room for the next segment; it passes as soon as there is room.</summary>
    NoRoom,

    /// <summary>A write or flush failed, or the journal is closed: nothing is written until restart (<see cref="FlashJournal.Failure"/>).</summary>
    Failed,
}
