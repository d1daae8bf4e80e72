using static EdgeOrleans.Linearizability.Operation;
using static EdgeOrleans.Linearizability.OperationKind;
using static EdgeOrleans.Linearizability.Outcome;

namespace EdgeOrleans.Linearizability.Tests;

/// <summary>Histories made by hand: what can be is let through, and each kind of broken promise is seen.</summary>
public sealed class KeyHistoryTests
{
    public static TheoryData<string, Operation[]> Possible => new()
    {
        { "nothing was asked", [] },
        { "a write and a read after it", [W(1, 0, 1), R(1, 2, 3)] },
        { "a read that overlaps a write shows it", [W(1, 0, 9), R(1, 2, 3)] },
        { "a read that overlaps a write does not show it", [W(1, 0, 9), R(Absent, 2, 3)] },
        { "two writes at once, the one sent first wins", [W(1, 0, 9), W(2, 1, 8), R(1, 10, 11)] },
        { "two writes at once, the one sent last wins", [W(1, 0, 9), W(2, 1, 8), R(2, 10, 11)] },
        { "two readers see two writes at once in the same order", [W(1, 0, 9), W(2, 0, 9), R(1, 1, 2), R(2, 3, 4), R(2, 5, 6)] },
        { "a delete", [W(1, 0, 1), W(Absent, 2, 3), R(Absent, 4, 5), W(2, 6, 7), R(2, 8, 9)] },
        { "a write without an answer never happens", [W(1, 0, 1), W(2, 2, 3, Unknown), R(1, 4, 5), W(3, 6, 7), R(3, 8, 9)] },
        { "a write without an answer happens long after its client gave up", [W(1, 0, 1), W(2, 2, 3, Unknown), R(1, 4, 5), R(2, 6, 7)] },
        { "a write without an answer happens before another and is seen in between", [W(2, 0, 1, Unknown), W(1, 2, 9), R(2, 3, 4), R(1, 5, 6)] },
        { "a delete without an answer happens", [W(1, 0, 1), W(Absent, 2, 3, Unknown), R(1, 4, 5), R(Absent, 6, 7)] },
        { "a delete without an answer happens after a later write", [W(1, 0, 1), W(Absent, 2, 3, Unknown), W(2, 4, 5), R(2, 6, 7), R(Absent, 8, 9)] },
        { "a write that was refused is never seen", [W(1, 0, 1), W(2, 2, 3, Refused), R(1, 4, 5)] },
        { "a read without an answer says nothing", [W(1, 0, 1), R(7, 2, 3, Unknown)] },
        { "a plain read shows what was", [W(1, 0, 1), W(2, 2, 3), P(1, 4, 5), P(2, 6, 7), P(1, 8, 9)] },
    };

    public static TheoryData<string, Operation[]> Impossible => new()
    {
        { "a write is lost: the value before it is there", [W(1, 0, 1), W(2, 2, 3), R(1, 4, 5)] },
        { "a write is lost: nothing is there", [W(1, 0, 1), R(Absent, 2, 3)] },
        { "a write is undone after it was seen", [W(1, 0, 1), W(2, 2, 9), R(2, 3, 4), R(1, 5, 6)] },
        { "a write without an answer is undone after it was seen", [W(1, 0, 1), W(2, 2, 3, Unknown), R(2, 4, 5), R(1, 6, 7)] },
        { "a write without an answer is undone after a plain read saw it", [W(1, 0, 1), W(2, 2, 3, Unknown), P(2, 4, 5), R(1, 6, 7)] },
        { "a strong read is stale", [W(1, 0, 1), W(2, 2, 3), R(2, 4, 5), R(1, 6, 7)] },
        { "two readers see two writes at once in different orders", [W(1, 0, 9), W(2, 0, 9), R(1, 1, 2), R(2, 3, 4), R(1, 5, 6)] },
        { "a deleted value comes back", [W(1, 0, 1), W(Absent, 2, 3), R(1, 4, 5)] },
        { "a delete is lost under an older write", [W(1, 0, 1), W(Absent, 2, 3), W(2, 4, 5), W(Absent, 6, 7), R(2, 8, 9)] },
        { "nothing was there, though no delete was sent", [W(1, 0, 1), W(2, 2, 3, Unknown), R(Absent, 4, 5)] },
        { "a value that nobody wrote", [W(1, 0, 1), R(7, 2, 3)] },
        { "a value that nobody wrote, in a plain read", [P(7, 2, 3)] },
        { "a refused write is seen", [W(1, 0, 1, Refused), R(1, 2, 3)] },
        { "a refused write is seen by a plain read", [W(1, 0, 1, Refused), P(1, 2, 3)] },
        { "a value is seen before it is sent", [R(1, 0, 1), W(1, 2, 3)] },
        { "a write that was cut off is applied again over a later one", [W(1, 0, 1), W(2, 2, 3), R(2, 4, 5), W(3, 6, 7), R(2, 8, 9)] },
    };

    [Theory]
    [MemberData(nameof(Possible))]
    public void History_that_one_copy_can_give_is_let_through(string what, Operation[] history)
    {
        var fault = KeyHistory.FaultOf(history);
        Assert.True(fault is null, $"{what}: {fault}");
    }

    [Theory]
    [MemberData(nameof(Impossible))]
    public void History_that_no_single_copy_can_give_is_caught(string what, Operation[] history) =>
        Assert.True(KeyHistory.FaultOf(history) is not null, what);

    [Fact]
    public void Value_that_is_written_twice_is_a_mistake_of_the_test() =>
        Assert.Throws<ArgumentException>(static () => KeyHistory.FaultOf([W(1, 0, 1), W(1, 2, 3)]));

    [Fact]
    public void Staleness_is_counted_from_the_answer_to_a_write_that_is_newer_for_certain()
    {
        Operation[] writes = [W(1, 0, 1), W(2, 3, 10), W(3, 20, 30)];
        Assert.Equal(1, Staleness.Longest([.. writes, P(1, 11, 12)]));
        Assert.Equal(40, Staleness.Longest([.. writes, P(1, 11, 12), P(2, 25, 26), P(1, 50, 51), P(3, 60, 61)]));
        Assert.Equal(49, Staleness.Longest([.. writes, P(Absent, 50, 51)]));
        Assert.Equal(0, Staleness.Longest([.. writes, P(3, 60, 61)]));

        // Of two writes at once either may be the newer one.
        Assert.Equal(0, Staleness.Longest([W(1, 0, 10), W(2, 0, 10), P(1, 20, 21), P(2, 30, 31)]));
        Assert.Equal(0, Staleness.Longest([W(1, 0, 10), W(Absent, 11, 12, Unknown), W(2, 13, 14), P(Absent, 20, 21)]));
        Assert.Equal(6, Staleness.Longest([W(1, 0, 10), W(Absent, 11, 12), W(2, 13, 14), P(Absent, 20, 21)]));
    }

    private static Operation W(long value, long begin, long end, Outcome outcome = Acknowledged) => new(Write, value, begin, end, outcome);

    private static Operation R(long value, long begin, long end, Outcome outcome = Acknowledged) => new(StrongRead, value, begin, end, outcome);

    private static Operation P(long value, long begin, long end) => new(PlainRead, value, begin, end);
}
