namespace EdgeOrleans.Journal;

/// <summary>Who asks for room: each may go further than the one before.</summary>
internal enum RoomFor
{
    /// <summary>Ordinary appends.</summary>
    Writes,

    /// <summary>Deletes, clears and the like, which make room: they may use the reserve.</summary>
    Reclaims,

    /// <summary>What the journal itself must write to free a segment: it may go beyond the limit, because a free segment follows.</summary>
    Housekeeping,

    /// <summary>The first segment of a start, which must succeed.</summary>
    Recovery,
}
