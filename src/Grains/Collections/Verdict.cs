using EdgeOrleans.Journal;

namespace EdgeOrleans.Grains.Collections;

/// <summary>What was judged of a batch in one turn, and what it still waits for.</summary>
internal readonly struct Verdict
{
    private readonly bool[]? _isOpen;

    /// <summary>Makes one.</summary>
    /// <param name="results">The results, as they will be if the group becomes durable.</param>
    /// <param name="group">The group that the results rest on; <see langword="null"/> when they rest on none.</param>
    /// <param name="isOpen">Which results rest on it; <see langword="null"/> for all.</param>
    public Verdict(WriteResult[] results, CommitGroup? group, bool[]? isOpen)
    {
        Results = results;
        Group = group;
        _isOpen = isOpen;
    }

    /// <summary>The results, as they will be if <see cref="Group"/> becomes durable.</summary>
    public WriteResult[] Results { get; }

    /// <summary>The group that they rest on; <see langword="null"/> when they rest on none.</summary>
    public CommitGroup? Group { get; }

    /// <summary>Whether the results can leave at once.</summary>
    public bool IsFinal => Group is null && !NeedsCurrent;

    /// <summary>
    /// Nothing is changed, so no commit shows whether what was judged on was current: that has to be asked before the results leave.
    /// </summary>
    public bool NeedsCurrent { get; init; }

    /// <summary>Nothing was judged: the collection has to be registered first.</summary>
    public bool NeedsRegistration => Results is null;

    /// <summary>The results when the group did not become durable, or not in time.</summary>
    public WriteResult[] Instead(Refusal refusal) => Replace(Results, _isOpen, refusal);

    /// <summary>Puts a refusal in the place of every open result.</summary>
    public static WriteResult[] Replace(WriteResult[] results, bool[]? isOpen, Refusal refusal)
    {
        var result = new WriteResult(refusal, 0, false);
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = isOpen is null || isOpen[i] ? result : results[i];
        }

        return results;
    }
}
