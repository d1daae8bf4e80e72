namespace EdgeOrleans.Journal;

/// <summary>Damage as it is found. Whom it cost something is known only when all segments have been read, with all marks in them.</summary>
/// <param name="Damage">The report, still without owners.</param>
/// <param name="Lost">Records whose heads could be read but not their payloads.</param>
/// <param name="OwnersInSegment">Owners with something whole in the segment; complete once the segment has been read.</param>
internal sealed record FoundDamage(
    JournalDamage Damage, IReadOnlyList<(JournalOwner Owner, LostRecord Record)> Lost, IReadOnlySet<JournalOwner> OwnersInSegment)
{
    /// <summary>The report with the owners that may have lost something: what the primary target has is no loss.</summary>
    public JournalDamage Resolve()
    {
        var lost = Lost.Where(lost => lost.Record.Sequence > lost.Owner.TrimmedSequence).ToList();
        var touched = lost.Select(lost => lost.Owner);
        if (!Damage.OwnersAreCertain)
        {
            touched = touched.Concat(OwnersInSegment);
        }

        return Damage with
        {
            Owners = touched.Select(owner => owner.Key).Distinct().Order(StringComparer.Ordinal).ToList(),
            Lost = lost.Select(lost => lost.Record).ToList(),
        };
    }
}
