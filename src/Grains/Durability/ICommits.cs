using System.Diagnostics.CodeAnalysis;
using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Journal;

namespace EdgeOrleans.Grains.Durability;

/// <summary>Makes the changes of one collection durable, a group at a time. Used in the turns of its activation alone, but for <see cref="DurablePosition"/>.</summary>
internal interface ICommits
{
    /// <summary>The position of the newest durable group.</summary>
    long DurablePosition { get; }

    /// <summary>Whether what is not durable by now will not become so here. Once it has been seen, <see cref="DurablePosition"/> has its last value.</summary>
    bool HasEnded { get; }

    /// <summary>
    /// Whether another activation may have changed the collection unnoticed: then what was judged without a change is true only once
    /// <see cref="RequireCurrent"/> has said so.
    /// </summary>
    bool MayBeOvertaken { get; }

    /// <summary>Takes what is staged, to be made durable as a whole and in this order.</summary>
    /// <param name="bytes">Bytes of the changes as records.</param>
    /// <param name="isAtomic">Whether they must not be torn apart, also by damage.</param>
    /// <param name="reclaims">Whether they make room in the end.</param>
    /// <param name="group">The group that they will be durable with.</param>
    /// <param name="refusal">Why nothing was taken.</param>
    bool TryAppend(int bytes, bool isAtomic, bool reclaims, [NotNullWhen(true)] out CommitGroup? group, [NotNullWhen(false)] out Refusal? refusal);

    /// <summary>What those are told who waited for a group whose outcome was <see cref="CommitOutcome.Failed"/>.</summary>
    Refusal FailureOf(CommitGroup group);

    /// <summary>Waits until it is known whether a group is durable, however long that takes.</summary>
    Task<CommitOutcome> Known(CommitGroup group);

    /// <summary>Makes sure that nobody else had changed the collection when this was called.</summary>
    /// <returns>Why that is not known; <see langword="null"/> when the settled state is current.</returns>
    ValueTask<Refusal?> RequireCurrent(Deadline deadline);

    /// <summary>The activation is going: what is pending is brought to an end within the time, if it can be.</summary>
    Task Finish(TimeSpan limit);

    /// <summary>Begins nothing any more.</summary>
    void Stop();
}

/// <summary>What an activation is told of its commits.</summary>
/// <param name="Settle">Something has become durable, or will not.</param>
/// <param name="Overtaken">Another activation has changed the collection, so this one must go.</param>
internal sealed record CommitEvents(Action Settle, Action Overtaken);
