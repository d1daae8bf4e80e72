using System.Numerics;

namespace EdgeOrleans.Linearizability;

/// <summary>
/// Looks for an order of blocks in which each operation takes place within its own time and each read of nothing finds nothing: the search
/// of Wing and Gong, with Lowe's memory of what was tried.
/// </summary>
/// <remarks>
/// Where no read of nothing is to come there is nothing to search: whichever block may be next is as good as any other, as in a
/// topological sort (Gibbons and Korach, "Testing shared memories"). Only deletes make it try more than one.
/// </remarks>
internal sealed class OrderSearch
{
    // Beyond this a history is not judged; it takes a few seconds to get there.
    private const int MaxTried = 1_000_000;

    private readonly Block[] _blocks;
    private readonly int[] _byLatest;
    private readonly bool[] _isDone;
    private readonly List<int> _order = [];
    private readonly HashSet<(BigInteger Done, bool IsAbsent)> _tried = [];
    private int[] _longest = [];
    private BigInteger _done;
    private int _firstOpen;
    private int _firstOpenByLatest;
    private int _mandatoryToCome;
    private int _readsToCome;

    public OrderSearch(IEnumerable<Block> blocks)
    {
        _blocks = [.. blocks.OrderBy(static block => block.Begin)];
        _byLatest = [.. Enumerable.Range(0, _blocks.Length).OrderBy(index => _blocks[index].Latest)];
        _isDone = new bool[_blocks.Length];
        _mandatoryToCome = _blocks.Count(static block => block.IsMandatory);
        _readsToCome = _blocks.Count(static block => block.IsRead);
    }

    /// <summary>Searches.</summary>
    /// <returns>Why there is no order; <see langword="null"/> when there is one.</returns>
    public string? Run()
    {
        // What else could have come at each place of the order, and whether nothing was there.
        var choices = new Stack<(Queue<int> Others, bool IsAbsent)>();
        var isAbsent = true;
        var candidates = Candidates(isAbsent);
        while (_mandatoryToCome > 0)
        {
            if (candidates.TryDequeue(out var chosen))
            {
                choices.Push((candidates, isAbsent));
                Take(chosen);
                isAbsent = _blocks[chosen].Value == Operation.Absent;
                candidates = _tried.Add((_done, isAbsent)) ? Candidates(isAbsent) : new Queue<int>();
                if (_tried.Count > MaxTried)
                {
                    throw new InvalidOperationException($"A history of {_blocks.Length} blocks has too many that overlap to be judged.");
                }
            }
            else if (choices.TryPop(out var back))
            {
                GiveBack();
                (candidates, isAbsent) = back;
            }
            else
            {
                return Describe();
            }
        }

        return null;
    }

    /// <summary>What may come next: all that can be over before anything else has to have happened.</summary>
    private Queue<int> Candidates(bool isAbsent)
    {
        var (earliest, latest, latestOfOthers) = Bounds();
        var open = new List<int>();
        for (var i = _firstOpen; i < _blocks.Length && _blocks[i].Begin <= latestOfOthers; i++)
        {
            if (!_isDone[i] && _blocks[i].Begin <= (i == earliest ? latestOfOthers : latest))
            {
                if (!_blocks[i].IsRead)
                {
                    open.Add(i);
                }
                else if (isAbsent)
                {
                    // It fits and changes nothing, so no order is lost by taking it now.
                    return new Queue<int>([i]);
                }
            }
        }

        var inTurn = open.OrderBy(i => _blocks[i].Latest);
        return new Queue<int>(_readsToCome > 0 ? inTurn : inTurn.Take(1));
    }

    /// <summary>The open block that has to happen first, by when, and by when the next one has to.</summary>
    private (int Earliest, long Latest, long LatestOfOthers) Bounds()
    {
        var earliest = -1;
        foreach (var index in _byLatest.AsSpan(_firstOpenByLatest))
        {
            if (_isDone[index])
            {
                continue;
            }

            if (earliest >= 0)
            {
                return (earliest, _blocks[earliest].Latest, _blocks[index].Latest);
            }

            earliest = index;
        }

        return (earliest, Block.Never, Block.Never);
    }

    private void Take(int index)
    {
        _order.Add(index);
        Mark(index, isDone: true);
        if (_order.Count > _longest.Length)
        {
            _longest = [.. _order];
        }
    }

    private void GiveBack()
    {
        var index = _order[^1];
        _order.RemoveAt(_order.Count - 1);
        Mark(index, isDone: false);
    }

    private void Mark(int index, bool isDone)
    {
        _isDone[index] = isDone;
        _done ^= BigInteger.One << index;
        _mandatoryToCome += !_blocks[index].IsMandatory ? 0 : isDone ? -1 : 1;
        _readsToCome += !_blocks[index].IsRead ? 0 : isDone ? -1 : 1;
        _firstOpen = isDone ? _firstOpen : Math.Min(_firstOpen, index);
        _firstOpenByLatest = isDone ? _firstOpenByLatest : 0;
        while (_firstOpen < _blocks.Length && _isDone[_firstOpen])
        {
            _firstOpen++;
        }

        while (_firstOpenByLatest < _byLatest.Length && _isDone[_byLatest[_firstOpenByLatest]])
        {
            _firstOpenByLatest++;
        }
    }

    /// <summary>For people: how far the best attempt came, and what has no place after it.</summary>
    private string Describe()
    {
        const int Shown = 12;
        var done = _longest.ToHashSet();
        var explained = _longest.SelectMany(index => _blocks[index].Operations).TakeLast(Shown).Select(static o => $"  {o}\n");
        var open = _byLatest.Where(index => !done.Contains(index)).SelectMany(index => _blocks[index].Operations).OrderBy(static o => o.Begin).Take(Shown).Select(static o => $"  {o}\n");
        return $"no order explains it. After\n{string.Concat(explained)}there is no place for one of\n{string.Concat(open)}";
    }
}
