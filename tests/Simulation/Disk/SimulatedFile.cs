namespace EdgeOrleans.Simulation.Disk;

/// <summary>
/// One file apart from its names: what the page cache shows, what the medium holds, and the writes in between.
/// A page is never changed once made, so cache, medium and unflushed writes share it; <see langword="null"/> is a page of zeros.
/// </summary>
internal sealed class SimulatedFile(int id)
{
    public const int PageBytes = 4096;

    private static readonly byte[] Zeros = new byte[PageBytes];

    private readonly List<DirtyRange> _dirty = [];
    private readonly List<int> _lostPages = [];
    private byte[]?[] _cached = [];
    private byte[]?[] _durable = [];

    /// <summary>Tells files apart in a trace, whatever their names.</summary>
    public int Id { get; } = id;

    /// <summary>The length as a program sees it.</summary>
    public long Length { get; private set; }

    /// <summary>The length on the medium.</summary>
    public long DurableLength { get; set; }

    /// <summary>Whether a flush would have something to do.</summary>
    public bool IsDirty => _dirty.Count > 0;

    /// <summary>Pages that a program could read.</summary>
    public int PageCount => (int)((Length + PageBytes - 1) / PageBytes);

    public int Read(Span<byte> buffer, long offset)
    {
        var count = (int)Math.Max(0, Math.Min(buffer.Length, Length - offset));
        for (var done = 0; done < count;)
        {
            var (page, start) = Place(offset + done);
            var take = Math.Min(count - done, PageBytes - start);
            (page < _cached.Length && _cached[page] is { } bytes ? bytes : Zeros).AsSpan(start, take).CopyTo(buffer[done..]);
            done += take;
        }

        return count;
    }

    public void Write(ReadOnlySpan<byte> data, long offset, long write)
    {
        Length = Math.Max(Length, offset + data.Length);
        Grow(ref _cached, PageCount);
        while (data.Length > 0)
        {
            var (page, start) = Place(offset);
            var take = Math.Min(data.Length, PageBytes - start);
            var bytes = Patched(_cached[page], data[..take], start);
            _cached[page] = bytes;
            _dirty.Add(new DirtyRange(write, page, start, start + take, bytes));
            data = data[take..];
            offset += take;
        }
    }

    /// <summary>All that was written is on the medium.</summary>
    public void Flush()
    {
        Grow(ref _durable, _cached.Length);
        foreach (var range in _dirty)
        {
            _durable[range.Page] = _cached[range.Page];
            _lostPages.Remove(range.Page);
        }

        _dirty.Clear();
    }

    /// <summary>A flush that failed: the kernel calls the pages clean now, and the medium has whatever got there before.</summary>
    public void LoseFlush(Survival survival)
    {
        foreach (var range in _dirty)
        {
            Settle(range, survival);
            _lostPages.Add(range.Page);
        }

        _dirty.Clear();
    }

    /// <summary>Memory runs short: pages that count as clean leave the cache, and the next read gets what the medium has.</summary>
    public void Evict()
    {
        foreach (var page in _lostPages)
        {
            _cached[page] = page < _durable.Length ? _durable[page] : null;
        }

        _lostPages.Clear();
    }

    /// <summary>The power goes.</summary>
    /// <returns>How many writes had not been flushed.</returns>
    public int Cut(Survival survival)
    {
        var unflushed = _dirty.Count;
        foreach (var range in _dirty)
        {
            Settle(range, survival);
        }

        _dirty.Clear();
        _lostPages.Clear();
        Length = DurableLength;
        Grow(ref _durable, PageCount);
        _durable.AsSpan(PageCount).Clear();
        var tail = (int)(Length % PageBytes);
        if (tail > 0 && _durable[PageCount - 1] is { } last)
        {
            _durable[PageCount - 1] = Patched(last, Zeros.AsSpan(tail), tail);
        }

        _cached = (byte[]?[])_durable.Clone();
        return unflushed;
    }

    /// <summary>Damages bytes that had been flushed, on the medium and in what will be read from it.</summary>
    public void Damage(int page, int start, ReadOnlySpan<byte> bytes)
    {
        Grow(ref _durable, page + 1);
        Grow(ref _cached, page + 1);
        var wasClean = ReferenceEquals(_cached[page], _durable[page]);
        _durable[page] = Patched(_durable[page], bytes, start);
        if (wasClean)
        {
            _cached[page] = _durable[page];
        }
    }

    private static (int Page, int Start) Place(long offset) => ((int)(offset / PageBytes), (int)(offset % PageBytes));

    private static void Grow(ref byte[]?[] pages, int count)
    {
        if (pages.Length < count)
        {
            Array.Resize(ref pages, Math.Max(count, 16));
        }
    }

    private static byte[]? Patched(byte[]? page, ReadOnlySpan<byte> data, int start)
    {
        if ((page is null || data.Length == PageBytes) && !data.ContainsAnyExcept((byte)0))
        {
            return null;
        }

        var bytes = GC.AllocateUninitializedArray<byte>(PageBytes);
        if (data.Length < PageBytes)
        {
            (page ?? Zeros).CopyTo(bytes, 0);
        }

        data.CopyTo(bytes.AsSpan(start));
        return bytes;
    }

    private void Settle(DirtyRange range, Survival survival)
    {
        Grow(ref _durable, range.Page + 1);
        survival.Begin(range.Write);
        var sector = survival.SectorBytes;
        for (var start = range.Start; start < range.End;)
        {
            var end = Math.Min(range.End, (start / sector * sector) + sector);
            switch (survival.Next())
            {
                case SectorFate.Kept:
                    _durable[range.Page] = Patched(_durable[range.Page], (range.Bytes ?? Zeros).AsSpan(start, end - start), start);
                    break;
                case SectorFate.Noise:
                    // The whole sector, with what it held before: a drive cannot write less.
                    var noise = new byte[sector];
                    survival.Fill(noise);
                    _durable[range.Page] = Patched(_durable[range.Page], noise, start / sector * sector);
                    break;
            }

            start = end;
        }
    }

    /// <summary>A part of one write that fell into one page.</summary>
    private readonly record struct DirtyRange(long Write, int Page, int Start, int End, byte[]? Bytes);
}
