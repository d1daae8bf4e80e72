using System.Globalization;

namespace EdgeOrleans.Journal;

/// <summary>What opening the journal found and did.</summary>
public sealed class RecoveryReport
{
    private readonly List<JournalDamage> _damage = [];

    /// <summary>Whether nothing was ever written here.</summary>
    public bool IsFresh { get; internal set; }

    /// <summary>Segments read.</summary>
    public int Segments { get; internal set; }

    /// <summary>Whole frames read.</summary>
    public int Frames { get; internal set; }

    /// <summary>Records that the primary target does not have.</summary>
    public int LiveRecords { get; internal set; }

    /// <summary>Owners of whom a trim mark was found.</summary>
    public int Marks { get; internal set; }

    /// <summary>The service clock as it was last stamped, in microseconds since the Unix epoch; 0 when there was no stamp.</summary>
    public long ClockFloorMicros { get; internal set; }

    /// <summary>What had been written to the data directory when the newest frame was, <see cref="FlashTotals.Today"/> on the day of that frame.</summary>
    public FlashTotals Written { get; internal set; }

    internal long WrittenAtMicros { get; set; }

    /// <summary>What a power cut left of a group that had not been acknowledged; null when there was nothing.</summary>
    public TornTail? TornTail { get; internal set; }

    /// <summary>What was acknowledged once and is not whole any more. Empty on a healthy card.</summary>
    public IReadOnlyList<JournalDamage> Damage => _damage;

    /// <summary>Whether there was no room for a new segment, so that the newest frame was written once more in its old one.</summary>
    public bool HadNoRoom { get; internal set; }

    /// <summary>Time to read and check all segments.</summary>
    public TimeSpan ReadTime { get; internal set; }

    /// <summary>Time to rewrite the newest frame.</summary>
    public TimeSpan RewriteTime { get; internal set; }

    internal void Add(JournalDamage damage) => _damage.Add(damage);
}

/// <summary>The remains of the newest frame: never acknowledged, or damaged in a way that looks the same. None of it was kept.</summary>
/// <param name="Segment">The file.</param>
/// <param name="Offset">Where it begins in the file.</param>
/// <param name="Frame">The number it has or would have.</param>
/// <param name="Owners">Whose records could be made out in it.</param>
public sealed record TornTail(string Segment, long Offset, long Frame, IReadOnlyList<string> Owners)
{
    /// <summary>A sentence for the log.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Segment} ends in an unfinished frame {Frame} at byte {Offset}; it was cut, with records of {JournalDamage.Names(Owners)}.");
}

/// <summary>A record whose head is sound and whose payload is not.</summary>
/// <param name="Owner">Whose it was.</param>
/// <param name="Sequence">Its sequence.</param>
/// <param name="Remains">The first bytes of its payload as they are now, at most <see cref="MaxRemains"/>: what can be made out of them may be wrong.</param>
public sealed record LostRecord(string Owner, long Sequence, ReadOnlyMemory<byte> Remains)
{
    /// <summary>As many bytes are kept: enough for the name that a payload may begin with.</summary>
    public const int MaxRemains = 1024;
}

/// <summary>What kind of <see cref="JournalDamage"/> it is.</summary>
public enum JournalDamageKind
{
    /// <summary>The bytes of frames are not what was written.</summary>
    Frames = 0,

    /// <summary>Frames are gone without a trace.</summary>
    MissingFrames,

    /// <summary>Both copies of a segment's header are lost.</summary>
    Header,

    /// <summary>A segment is shorter than it was.</summary>
    CutShort,

    /// <summary>The disk does not open a segment.</summary>
    Unopened,
}

/// <summary>A place in the journal that is not what was once flushed.</summary>
/// <param name="Kind">What kind.</param>
/// <param name="Segment">The file.</param>
/// <param name="Offset">Where it begins in the file.</param>
/// <param name="Length">Its bytes; 0 when there are none.</param>
/// <param name="FirstFrame">The first frame it touches; 0 when that is not known.</param>
/// <param name="LastFrame">The last frame it touches; 0 when that is not known.</param>
/// <param name="KeptRecords">Records that were found whole in it and kept.</param>
/// <param name="Owners">Whose records it may have cost.</param>
/// <param name="OwnersAreCertain">Whether nobody else lost any. When false, an owner without another record nearby may have, too.</param>
/// <param name="QuarantineFile">Where its bytes are now; null when there were none, or no room.</param>
public sealed record JournalDamage(
    JournalDamageKind Kind,
    string Segment,
    long Offset,
    int Length,
    long FirstFrame,
    long LastFrame,
    int KeptRecords,
    IReadOnlyList<string> Owners,
    bool OwnersAreCertain,
    string? QuarantineFile)
{
    /// <summary>The records that were lost, as far as their heads could be read.</summary>
    public IReadOnlyList<LostRecord> Lost { get; init; } = [];

    /// <summary>A sentence for the log.</summary>
    public override string ToString()
    {
        var place = Kind switch
        {
            JournalDamageKind.Unopened => $"{Segment} cannot be opened",
            JournalDamageKind.MissingFrames => $"{Segment} lacks frames {FirstFrame} to {LastFrame}",
            JournalDamageKind.Header => $"{Segment} has a damaged header",
            JournalDamageKind.CutShort => $"{Segment} ends at byte {Offset}, where it once went on",
            _ => $"{Segment} is damaged at bytes {Offset} to {Offset + Length - 1} (frames {FirstFrame} to {LastFrame})",
        };
        var lost = (Owners.Count, OwnersAreCertain) switch
        {
            (0, true) => "nothing was lost",
            (_, true) => $"it cost records of {Names(Owners)}",
            _ => $"it may have cost records of {Names(Owners)}, or of others",
        };
        var kept = QuarantineFile is null ? "" : $"; the bytes are in {QuarantineFile}";
        return string.Create(CultureInfo.InvariantCulture, $"{place}; {KeptRecords} records in it were kept; {lost}{kept}.");
    }

    internal static string Names(IReadOnlyList<string> owners) => owners.Count == 0 ? "nobody known" : string.Join(", ", owners);
}
