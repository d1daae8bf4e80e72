namespace EdgeOrleans.Journal;

/// <summary>How much of a frame is there.</summary>
internal enum FrameTrace
{
    /// <summary>No header whose checksum holds and that belongs to this use of the segment.</summary>
    None,

    /// <summary>A header, but what follows it is not what was written.</summary>
    Header,

    /// <summary>Everything.</summary>
    Whole,
}

/// <summary>How a frame's number compares with the one that should come next.</summary>
internal enum FrameOrder
{
    /// <summary>Lower.</summary>
    Behind,

    /// <summary>The one that should come next. So is, by definition, whatever has no header.</summary>
    Expected,

    /// <summary>Higher, with nothing between the frame before and this one.</summary>
    Ahead,
}

/// <summary>What the rest of the journal says about a place where a frame should be.</summary>
internal enum FrameStanding
{
    /// <summary>A later frame or segment exists. It was begun only after this frame had been flushed, so the frame was whole once.</summary>
    Proven,

    /// <summary>Nothing comes after: the frame may never have been flushed.</summary>
    Newest,

    /// <summary>An earlier recovery ended the segment before this place: nothing from here on was ever acknowledged, or it was copied.</summary>
    Superseded,
}

/// <summary>What recovery does with a place.</summary>
internal enum RecoveryAction
{
    /// <summary>Take its records.</summary>
    Keep,

    /// <summary>Take its records, and report that frames before it are gone without a trace.</summary>
    KeepAndReportGap,

    /// <summary>Set the bytes aside, report, and take the records in it that are whole.</summary>
    Quarantine,

    /// <summary>Take nothing, and report that something was there.</summary>
    Cut,

    /// <summary>Take nothing: there is nothing, or nothing that counts.</summary>
    Ignore,
}

/// <summary>What was found at one place of a segment.</summary>
/// <param name="Trace">How much of a frame.</param>
/// <param name="Order">How its number fits.</param>
/// <param name="Standing">What the rest of the journal says.</param>
/// <param name="HasRemains">Without a header: whether there are records of the frame that should be here, or a block that cannot be read.</param>
internal readonly record struct FrameFinding(FrameTrace Trace, FrameOrder Order, FrameStanding Standing, bool HasRemains);

/// <summary>The table of recovery: every finding is one case, exactly one (a test tries all), and the case says what to do.</summary>
/// <param name="Name">What the case is called in reports and in docs/journal-format.md.</param>
/// <param name="Action">What to do.</param>
/// <param name="Matches">Whether a finding is this case.</param>
internal sealed record RecoveryCase(string Name, RecoveryAction Action, Func<FrameFinding, bool> Matches)
{
    /// <summary>All cases.</summary>
    public static IReadOnlyList<RecoveryCase> All { get; } =
    [
        new("superseded", RecoveryAction.Ignore, static found => found.Standing == FrameStanding.Superseded),
        new("whole", RecoveryAction.Keep, static found =>
            found is { Trace: FrameTrace.Whole, Order: FrameOrder.Expected, Standing: not FrameStanding.Superseded }),
        new("whole after a gap", RecoveryAction.KeepAndReportGap, static found =>
            found is { Trace: FrameTrace.Whole, Order: FrameOrder.Ahead, Standing: not FrameStanding.Superseded }),
        new("stale", RecoveryAction.Ignore, static found =>
            found is { Trace: not FrameTrace.None, Order: FrameOrder.Behind, Standing: not FrameStanding.Superseded }),
        new("damaged body", RecoveryAction.Quarantine, static found =>
            found is { Trace: FrameTrace.Header, Order: not FrameOrder.Behind, Standing: FrameStanding.Proven }),
        new("damaged header", RecoveryAction.Quarantine, static found =>
            found is { Trace: FrameTrace.None, Standing: FrameStanding.Proven }),
        new("torn body", RecoveryAction.Cut, static found =>
            found is { Trace: FrameTrace.Header, Order: not FrameOrder.Behind, Standing: FrameStanding.Newest }),
        new("torn header", RecoveryAction.Cut, static found =>
            found is { Trace: FrameTrace.None, Standing: FrameStanding.Newest, HasRemains: true }),
        new("end", RecoveryAction.Ignore, static found =>
            found is { Trace: FrameTrace.None, Standing: FrameStanding.Newest, HasRemains: false }),
    ];

    /// <summary>The one case that matches.</summary>
    public static RecoveryCase Of(FrameFinding found)
    {
        foreach (var candidate in All)
        {
            if (candidate.Matches(found))
            {
                return candidate;
            }
        }

        throw new InvalidOperationException($"No recovery case matches {found}.");
    }
}
