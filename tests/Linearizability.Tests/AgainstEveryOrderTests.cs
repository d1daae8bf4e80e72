namespace EdgeOrleans.Linearizability.Tests;

/// <summary>The search against the definition itself: short histories are tried in every order there is.</summary>
public sealed class AgainstEveryOrderTests
{
    private const int Histories = 30_000;

    [Fact]
    public void Verdict_is_that_of_trying_every_order()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var possible = 0;
        for (var i = 0; i < Histories; i++)
        {
            var history = RandomHistory(random);
            var expected = CanBe([.. history.Where(static o => o.Kind == OperationKind.Write || o.Outcome == Outcome.Acknowledged)]);
            var fault = KeyHistory.FaultOf(history);
            Assert.True(
                expected == fault is null, $"seed {seed}: expected {expected}, found {fault}\n{string.Join('\n', history.AsEnumerable())}");
            possible += expected ? 1 : 0;
        }

        // Both kinds come up often, or it shows nothing.
        Assert.InRange(possible, Histories / 10, Histories * 9 / 10);
    }

    [Theory]
    [InlineData(30, 0)]
    [InlineData(6, 10)]
    public void History_of_thousands_with_many_at_once_is_judged_soon_and_one_stale_read_in_it_is_found(int atOnce, int deletesOf100)
    {
        var random = new Random(7);
        List<Operation> history = [];
        var value = Operation.Absent;
        for (var i = 1; i <= 5000; i++)
        {
            // Each takes place at its own moment, with others open around it.
            var (begin, end) = ((i * 10L) - random.Next(atOnce * 5), (i * 10L) + random.Next(atOnce * 5));
            if (random.Next(2) == 0)
            {
                value = random.Next(100) < deletesOf100 ? Operation.Absent : i;
                history.Add(new Operation(OperationKind.Write, value, begin, end, random.Next(50) == 0 ? Outcome.Unknown : Outcome.Acknowledged));
            }
            else
            {
                history.Add(new Operation(OperationKind.StrongRead, value, begin, end));
            }
        }

        Assert.Null(KeyHistory.FaultOf(history));
        var written = history.Where(static o => o is { Kind: OperationKind.Write, Value: not Operation.Absent, Outcome: Outcome.Acknowledged }).ToArray();
        var stale = new Operation(OperationKind.StrongRead, written[^60].Value, written[^1].End + 1, written[^1].End + 2);
        Assert.NotNull(KeyHistory.FaultOf([.. history, stale]));
    }

    private static List<Operation> RandomHistory(Random random)
    {
        var history = new List<Operation>();
        var writes = random.Next(1, 4);
        for (var value = 1; value <= writes; value++)
        {
            history.Add(Random(OperationKind.Write, random.Next(6) == 0 ? Operation.Absent : value));
        }

        for (var reads = random.Next(1, 4); reads > 0; reads--)
        {
            history.Add(Random(OperationKind.StrongRead, history[random.Next(writes)].Value));
        }

        return history;

        Operation Random(OperationKind kind, long value)
        {
            var begin = random.Next(12);
            return new Operation(kind, value, begin, begin + random.Next(1, 8), random.Next(5) == 0 ? Outcome.Unknown : random.Next(12) == 0 ? Outcome.Refused : Outcome.Acknowledged);
        }
    }

    /// <summary>Whether some subset that has all that must be, in some order, respects the times and explains each read.</summary>
    private static bool CanBe(Operation[] operations) => CanGoOn(operations, new bool[operations.Length], Operation.Absent);

    private static bool CanGoOn(Operation[] operations, bool[] done, long value)
    {
        var open = Enumerable.Range(0, operations.Length).Where(i => !done[i] && operations[i].Outcome != Outcome.Refused).ToArray();
        var mandatory = open.Where(i => operations[i].Outcome == Outcome.Acknowledged).ToArray();
        if (mandatory.Length == 0)
        {
            return true;
        }

        var latest = mandatory.Min(i => operations[i].End);
        foreach (var i in open.Where(i => operations[i].Begin <= latest))
        {
            if (operations[i].Kind == OperationKind.Write || operations[i].Value == value)
            {
                done[i] = true;
                var canBe = CanGoOn(operations, done, operations[i].Value);
                done[i] = false;
                if (canBe)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
