using EdgeOrleans.Oracle;

namespace EdgeOrleans.Simulation.Judgement;

/// <summary>The shared oracle lets through all that may be, and nothing else.</summary>
public sealed class WriteOracleTests
{
    private static readonly Place Key = new("n", "c", "k");
    private static readonly (string, string)[] Collection = [("n", "c")];

    private readonly WriteOracle _oracle = new();

    [Fact]
    public void Acknowledged_value_must_be_there_and_not_an_older_one()
    {
        var first = Set(Answer.Acknowledged);
        var second = Set(Answer.Acknowledged);
        Assert.Contains("this came after it", _oracle.Settle(Key, Value(first)), StringComparison.Ordinal);
        Assert.Null(_oracle.Settle(Key, Value(first)));
        Assert.Contains("never sent", _oracle.Settle(Key, Value(second)), StringComparison.Ordinal);
    }

    [Fact]
    public void Acknowledged_value_must_not_be_lost()
    {
        Set(Answer.Acknowledged);
        Assert.Contains("holds nothing", _oracle.Settle(Key, null), StringComparison.Ordinal);
    }

    [Fact]
    public void Value_in_doubt_may_be_there_or_not_and_is_decided_once()
    {
        var known = Set(Answer.Acknowledged);
        var doubtful = Set(Answer.InDoubt);
        Assert.Equal((1, 0), _oracle.DoubtAbout(Key, Value(doubtful)));
        Assert.Equal((0, 1), _oracle.DoubtAbout(Key, Value(known)));
        Assert.Null(_oracle.Settle(Key, Value(known)));
        Assert.Contains("known to be gone", _oracle.Settle(Key, Value(doubtful)), StringComparison.Ordinal);
    }

    [Fact]
    public void Value_in_doubt_may_be_there_after_later_acknowledged_ones()
    {
        var doubtful = Set(Answer.InDoubt);
        Set(Answer.Acknowledged);
        Assert.Null(_oracle.Settle(Key, Value(doubtful)));
    }

    [Fact]
    public void Refused_value_must_not_be_there()
    {
        var refused = Set(Answer.Refused);
        Assert.Contains("refused", _oracle.Settle(Key, Value(refused)), StringComparison.Ordinal);
    }

    [Fact]
    public void Deleted_key_must_not_be_back()
    {
        var set = Set(Answer.Acknowledged);
        Delete();
        Assert.Contains("this came after it", _oracle.Settle(Key, Value(set)), StringComparison.Ordinal);
    }

    [Fact]
    public void Deleted_namespace_takes_what_is_older_and_nothing_that_began_after_it()
    {
        var older = Set(Answer.Acknowledged);
        Clear();
        Assert.Contains("this came after it", Read(Value(older)), StringComparison.Ordinal);
        Assert.Null(Read(null));
        Set(Answer.Acknowledged);
        Assert.Contains("holds nothing", _oracle.Settle(Key, null), StringComparison.Ordinal);
    }

    [Fact]
    public void Writes_at_once_may_end_in_either_order()
    {
        var one = _oracle.BeginSet(Key);
        var two = _oracle.BeginSet(Key);
        _oracle.End(Key, two, Answer.Acknowledged);
        _oracle.End(Key, one, Answer.Acknowledged);
        Assert.Null(_oracle.Look(Key, Value(one), long.MaxValue));
        Assert.Null(_oracle.Look(Key, Value(two), long.MaxValue));
    }

    [Fact]
    public void Value_that_a_reader_saw_must_not_disappear()
    {
        var known = Set(Answer.Acknowledged);
        var doubtful = _oracle.BeginSet(Key);
        Assert.Null(Read(Value(doubtful)));
        Assert.Contains("this came after it", _oracle.Settle(Key, Value(known)), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_must_come_back_as_it_was_sent()
    {
        var set = Set(Answer.Acknowledged);
        Assert.Contains("never sent", _oracle.Settle(Key, Value(set).Replace(".50", ".5", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void Copy_must_have_what_was_acknowledged_before_it_began_and_may_have_what_came_later()
    {
        var before = Set(Answer.Acknowledged);
        var begunAt = _oracle.Now();
        var later = Set(Answer.Acknowledged);
        Assert.Null(_oracle.Look(Key, Value(before), begunAt));
        Assert.Null(_oracle.Look(Key, Value(later), begunAt));
        Assert.Contains("holds nothing", _oracle.Look(Key, null, begunAt), StringComparison.Ordinal);
    }

    [Fact]
    public void Number_of_a_set_serves_as_well_as_its_text()
    {
        var sent = _oracle.BeginSet(Key, 41);
        _oracle.End(Key, sent, Answer.Acknowledged);
        Assert.Null(_oracle.Read(Key, 41, _oracle.Now()));
        Assert.Contains("never sent", _oracle.Read(Key, 42, _oracle.Now()), StringComparison.Ordinal);
        Assert.Contains("holds nothing", _oracle.Settle(Key, 0), StringComparison.Ordinal);
    }

    [Fact]
    public void Value_in_doubt_must_not_come_after_what_the_next_process_acknowledged()
    {
        var doubtful = Set(Answer.InDoubt);
        _oracle.ProcessEnded();
        Set(Answer.Acknowledged);
        Assert.Contains("this came after it", Read(Value(doubtful)), StringComparison.Ordinal);
    }

    [Fact]
    public void Delete_of_a_collection_that_was_cut_off_may_take_what_is_older_at_any_time_and_nothing_of_the_next_process()
    {
        var older = Set(Answer.Acknowledged);
        _oracle.EndClear(_oracle.BeginClear(Collection), Answer.InDoubt);
        _oracle.ProcessEnded();
        Assert.Null(Read(Value(older)));
        Assert.Null(Read(null));
        var newer = Set(Answer.Acknowledged);
        Assert.Null(Read(Value(newer)));
        Assert.Contains("holds nothing", Read(null), StringComparison.Ordinal);
        Assert.Contains("is not listed", Assert.Single(_oracle.Collections).Settle(isListed: false), StringComparison.Ordinal);
    }

    [Fact]
    public void Collection_is_listed_from_its_first_acknowledged_write_until_it_is_deleted()
    {
        Set(Answer.Acknowledged);
        var collection = Assert.Single(_oracle.Collections);
        Assert.Contains("is not listed", collection.Settle(isListed: false), StringComparison.Ordinal);
        Set(Answer.Acknowledged);
        Assert.Null(collection.Settle(isListed: true));
        Clear();
        Assert.Contains("was deleted", collection.Settle(isListed: true), StringComparison.Ordinal);
    }

    private static string Value(Sent set) => WriteOracle.ValueOf(set.Id);

    private string? Read(string? value) => _oracle.Read(Key, value, _oracle.Now());

    private Sent Set(Answer answer)
    {
        var sent = _oracle.BeginSet(Key);
        _oracle.End(Key, sent, answer);
        return sent;
    }

    private void Delete() => _oracle.End(Key, _oracle.BeginDelete(Key), Answer.Acknowledged);

    private void Clear() => _oracle.EndClear(_oracle.BeginClear(Collection), Answer.Acknowledged);
}
