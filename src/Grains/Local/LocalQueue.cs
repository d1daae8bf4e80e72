using EdgeOrleans.Grains.Collections;

namespace EdgeOrleans.Grains.Local;

/// <summary>
/// Writes that wait for the next turn of an activation, and answers for those whose time is over before it comes: the activation may hang.
/// It knows nothing of the activation, because the timer that it runs on may outlast it and must not keep it in memory.
/// </summary>
internal sealed class LocalQueue
{
    private readonly Lock _gate = new();
    private List<LocalWrite> _coming = [];
    private List<LocalWrite> _taken = [];
    private bool _isWatched;

    /// <summary>Adds one.</summary>
    /// <returns>Whether it is the first since the last <see cref="Take"/>.</returns>
    public bool Add(LocalWrite write)
    {
        bool isFirst, isUnwatched;
        lock (_gate)
        {
            _coming.Add(write);
            isFirst = _coming.Count == 1;
            isUnwatched = !_isWatched;
            _isWatched = true;
        }

        if (isUnwatched)
        {
            _ = AnswerOverdue(write.Deadline);
        }

        return isFirst;
    }

    /// <summary>Takes all of them out, for one turn. It empties the list in the end, which the turn after the next one uses again.</summary>
    public List<LocalWrite> Take()
    {
        lock (_gate)
        {
            (_coming, _taken) = (_taken, _coming);
            return _taken;
        }
    }

    /// <summary>
    /// One timer runs for all of them, and as a rule finds none left; one for each would cost each its allocations. It knows a time and no
    /// write, which would keep the body of its request for seconds after it was answered.
    /// </summary>
    private async Task AnswerOverdue(Deadline next)
    {
        for (var isWatched = true; isWatched;)
        {
            await next.End.ConfigureAwait(false);
            List<LocalWrite> overdue;
            lock (_gate)
            {
                var inTime = _coming.FindIndex(static write => !write.Deadline.IsOver);
                overdue = _coming.GetRange(0, inTime < 0 ? _coming.Count : inTime);
                _coming.RemoveRange(0, overdue.Count);
                isWatched = _isWatched = _coming.Count > 0;
                next = isWatched ? _coming[0].Deadline : next;
            }

            overdue.ForEach(static write => write.GiveUp());
        }
    }
}
