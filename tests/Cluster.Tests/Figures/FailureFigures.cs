using EdgeOrleans.Cluster.Tests.Traffic;
using EdgeOrleans.Linearizability;

namespace EdgeOrleans.Cluster.Tests.Figures;

/// <summary>What clients saw of a failure.</summary>
internal sealed record FailureFigures
{
    private static readonly string[] Foreseen = ["503 UNAVAILABLE", "504 TIMEOUT", "503 BACKLOG_FULL", "no connection", "cut off", "no answer"];

    /// <summary>The longest time without a write in one collection at a gateway whose member was not away.</summary>
    public required TimeSpan WritesAway { get; init; }

    /// <summary>The same for plain reads.</summary>
    public required TimeSpan ReadsAway { get; init; }

    /// <summary>Answers other than success by their code, at gateways whose member was not away.</summary>
    public required IReadOnlyDictionary<string, int> Errors { get; init; }

    /// <summary>The same at the gateways of members that were.</summary>
    public required IReadOnlyDictionary<string, int> ErrorsOfAbsent { get; init; }

    /// <summary>How old the oldest was that a plain read showed.</summary>
    public required TimeSpan Staleness { get; init; }

    /// <summary>The longest that a client waited for an answer other than success, at gateways whose member was not away.</summary>
    public required TimeSpan SlowestError { get; init; }

    /// <summary>Writes that were acknowledged.</summary>
    public required int Acknowledged { get; init; }

    /// <summary>Writes whose clients were left in doubt.</summary>
    public required int InDoubt { get; init; }

    /// <summary>What no promise allows: a key whose history cannot be, an answer that is not foreseen, a key that cannot be read at the end.</summary>
    public required IReadOnlyList<string> Faults { get; init; }

    public static FailureFigures Of(TrafficRecord record, IReadOnlyList<Absence> absences, IReadOnlyDictionary<string, long> stored)
    {
        var faults = new List<string>();
        var staleness = 0L;
        foreach (var key in record.Attempts.Concat(record.LastReads).GroupBy(static attempt => $"{attempt.Collection}/{attempt.Key}", static attempt => attempt.Operation))
        {
            // What storage holds is what a member that loads it shows, whatever those show that have it in memory.
            Operation[] history = [.. key, new Operation(OperationKind.StrongRead, stored.GetValueOrDefault(key.Key, Operation.Absent), Moment.Now, Moment.Now)];
            if (KeyHistory.FaultOf(history) is { } fault)
            {
                faults.Add($"{key.Key} {fault}");
            }
            else
            {
                staleness = Math.Max(staleness, Linearizability.Staleness.Longest(history));
            }
        }

        var failed = record.Attempts.Where(attempt => !attempt.IsServed && attempt.Operation.End >= record.Begin).ToArray();
        faults.AddRange(failed.Select(static attempt => attempt.Answer).Except(Foreseen).Select(static answer => $"an answer was {answer}"));
        faults.AddRange(record.LastReads.Where(static read => !read.IsServed).Select(static read => $"{read.Collection}/{read.Key} cannot be read at the end: {read.Answer}"));
        faults.AddRange(FaultsOfEnd(record));
        var ofAbsent = failed.ToLookup(attempt => absences.Any(absence => absence.Touches(attempt.Gateway, attempt.Operation.Begin, attempt.Operation.End)));
        var writes = record.Attempts.Where(static attempt => attempt.Operation.Kind == OperationKind.Write).ToArray();
        return new FailureFigures
        {
            WritesAway = TimeOf(ServiceGaps.Longest(record, absences, static attempt => attempt.Operation.Kind == OperationKind.Write)),
            ReadsAway = TimeOf(ServiceGaps.Longest(record, absences, static attempt => attempt.Operation.Kind == OperationKind.PlainRead)),
            Errors = ByAnswer(ofAbsent[false]),
            ErrorsOfAbsent = ByAnswer(ofAbsent[true]),
            Staleness = TimeOf(staleness),
            SlowestError = TimeOf(ofAbsent[false].Select(static attempt => attempt.Operation.End - attempt.Operation.Begin).DefaultIfEmpty(0).Max()),
            Acknowledged = writes.Count(static write => write.Operation.Outcome == Outcome.Acknowledged),
            InDoubt = writes.Count(static write => write.Operation.Outcome == Outcome.Unknown),
            Faults = faults,
        };
    }

    /// <summary>The worse of two runs, and what they did together.</summary>
    public FailureFigures And(FailureFigures other) => new()
    {
        WritesAway = Max(WritesAway, other.WritesAway),
        ReadsAway = Max(ReadsAway, other.ReadsAway),
        Errors = Sum(Errors, other.Errors),
        ErrorsOfAbsent = Sum(ErrorsOfAbsent, other.ErrorsOfAbsent),
        Staleness = Max(Staleness, other.Staleness),
        SlowestError = Max(SlowestError, other.SlowestError),
        Acknowledged = Acknowledged + other.Acknowledged,
        InDoubt = InDoubt + other.InDoubt,
        Faults = [.. Faults, .. other.Faults],
    };

    private static IEnumerable<string> FaultsOfEnd(TrafficRecord record) =>
        from key in record.LastReads.GroupBy(static read => $"{read.Collection}/{read.Key}")
        where key.Select(static read => read.Operation.Value).Distinct().Count() > 1
        select $"{key.Key} is not the same everywhere at the end: {string.Join(", ", key.Select(static read => $"{read.Operation.Kind} {read.Operation.Value} at {read.Gateway}"))}";

    private static TimeSpan TimeOf(long time) => TimeSpan.FromMicroseconds(time);

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static SortedDictionary<string, int> ByAnswer(IEnumerable<Attempt> attempts) =>
        new(attempts.GroupBy(static attempt => attempt.Answer).ToDictionary(static group => group.Key, static group => group.Count()), StringComparer.Ordinal);

    private static SortedDictionary<string, int> Sum(IReadOnlyDictionary<string, int> one, IReadOnlyDictionary<string, int> other) =>
        new(one.Concat(other).GroupBy(static count => count.Key, static count => count.Value).ToDictionary(static group => group.Key, static group => group.Sum()), StringComparer.Ordinal);
}
