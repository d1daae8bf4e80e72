using EdgeOrleans.Grains.Entries;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>A snapshot on its way to a target: where its chunks are cut, and how far it has come.</summary>
internal sealed class SnapshotPlan
{
    private readonly List<int> _ends = [];

    /// <param name="content">What to save; kept until the snapshot is finished, however long the storage is away.</param>
    /// <param name="generation">The generation that it becomes.</param>
    /// <param name="chunkBytes">A chunk ends with the entry that reaches this.</param>
    /// <param name="staleChunks">How many chunk rows of an older snapshot may be there; those that are too many are emptied.</param>
    public SnapshotPlan(CollectionSnapshot content, long generation, int chunkBytes, int staleChunks)
    {
        Content = content;
        Generation = generation;
        int end = 0, bytes = 0;
        foreach (var entry in All())
        {
            end++;
            bytes += StatePayloadWriter.EstimateBytes(entry);
            if (bytes >= chunkBytes)
            {
                _ends.Add(end);
                bytes = 0;
            }
        }

        if (bytes > 0)
        {
            _ends.Add(end);
        }

        Chunks = _ends.Count;
        while (_ends.Count < staleChunks)
        {
            _ends.Add(end);
        }
    }

    public CollectionSnapshot Content { get; }

    public long Generation { get; }

    /// <summary>How many chunks have content.</summary>
    public int Chunks { get; }

    /// <summary>How many chunk rows are written.</summary>
    public int Rows => _ends.Count;

    /// <summary>The save whose seal announced this snapshot.</summary>
    public long Save { get; set; }

    /// <summary>Bytes of the deltas before that seal: the snapshot takes their place.</summary>
    public long DeltaBytesBefore { get; set; }

    /// <summary>The next chunk to write.</summary>
    public int NextChunk { get; set; }

    /// <summary>Bytes of the chunks written so far, empty ones aside.</summary>
    public long WrittenBytes { get; set; }

    /// <summary>The entries of each chunk from <see cref="NextChunk"/> on.</summary>
    public IEnumerable<IReadOnlyCollection<StoredEntry>> RemainingChunks()
    {
        var start = NextChunk == 0 ? 0 : _ends[NextChunk - 1];
        using var entries = All().Skip(start).GetEnumerator();
        for (var i = NextChunk; i < _ends.Count; i++)
        {
            var count = _ends[i] - start;
            start = _ends[i];
            yield return Take(entries, count);
        }
    }

    private IEnumerable<StoredEntry> All() => Content.ChangesSince(0);

    private static StoredEntry[] Take(IEnumerator<StoredEntry> entries, int count)
    {
        var taken = new StoredEntry[count];
        for (var i = 0; i < count && entries.MoveNext(); i++)
        {
            taken[i] = entries.Current;
        }

        return taken;
    }
}
