using EdgeOrleans.Cluster.Tests.Traffic;

namespace EdgeOrleans.Cluster.Tests.Figures;

/// <summary>How long clients went without service.</summary>
internal static class ServiceGaps
{
    /// <summary>
    /// The longest time in which clients of one gateway got no answer to what they asked of one collection, while that gateway's member was
    /// not away itself.
    /// </summary>
    public static long Longest(TrafficRecord record, IReadOnlyList<Absence> absences, Func<Attempt, bool> isMeant) => record.Attempts
        .Where(attempt => attempt.IsServed && isMeant(attempt))
        .GroupBy(static attempt => (attempt.Gateway, attempt.Collection))
        .Select(stream => LongestOf(record, stream.Select(static attempt => attempt.Operation.End), [.. absences.Where(absence => absence.Gateway == stream.Key.Gateway)]))
        .DefaultIfEmpty(record.End - record.Begin)
        .Max();

    private static long LongestOf(TrafficRecord record, IEnumerable<long> served, Absence[] absences)
    {
        // An absence begins as if with an answer and ends with one, so that what is before and behind it counts.
        var moments = served.Where(at => at > record.Begin && at < record.End && !absences.Any(absence => absence.From <= at && at <= absence.Until))
            .Select(static at => (At: at, EndsAbsence: false))
            .Concat(absences.SelectMany(static absence => new[] { (At: absence.From, EndsAbsence: false), (At: absence.Until, EndsAbsence: true) }))
            .Append((record.End, false))
            .Order();
        var (longest, last) = (0L, record.Begin);
        foreach (var (at, endsAbsence) in moments)
        {
            longest = endsAbsence ? longest : Math.Max(longest, at - last);
            last = at;
        }

        return longest;
    }
}
