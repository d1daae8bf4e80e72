using EdgeOrleans.Journal;

namespace EdgeOrleans.Grains.Tests.Hosting;

/// <summary>A real directory whose flushes can be held, made to fail, or cut off for good as if the power went.</summary>
internal sealed class TestDisk(string directory) : IDisk
{
    private readonly FileDisk _disk = new(directory);
    private readonly ManualResetEventSlim _flushing = new(initialState: true);
    private volatile bool _isCut;
    private int _stepsLeft = int.MaxValue;

    /// <summary>How many flushes of data there were.</summary>
    public int Flushes { get; private set; }

    /// <summary>Flushes fail with an I/O error.</summary>
    public bool FailFlushes { get; set; }

    /// <summary>There is no room for anything.</summary>
    public bool IsFull { get; set; }

    public long FreeBytes => IsFull ? 0 : _disk.FreeBytes;

    /// <summary>Flushes wait from now on.</summary>
    public void Hold() => _flushing.Reset();

    /// <summary>Flushes go on.</summary>
    public void Release() => _flushing.Set();

    /// <summary>Nothing reaches the disk any more.</summary>
    public void Cut()
    {
        _isCut = true;
        Release();
    }

    /// <summary>Cuts after so many more writes and flushes of data.</summary>
    public void CutAfter(int steps) => Volatile.Write(ref _stepsLeft, steps);

    public IReadOnlyList<string> List() => _disk.List();

    public IDiskFile Create(string name)
    {
        RequirePower();
        return IsFull ? throw new DiskFullException("no room") : new TestFile(this, _disk.Create(name));
    }

    public IDiskFile Open(string name) => new TestFile(this, _disk.Open(name));

    public void Rename(string from, string to)
    {
        RequirePower();
        _disk.Rename(from, to);
    }

    public void Remove(string name)
    {
        RequirePower();
        _disk.Remove(name);
    }

    public void FlushNames()
    {
        RequirePower();
        _disk.FlushNames();
    }

    public void Dispose()
    {
        Release();
        _disk.Dispose();
    }

    private void Step()
    {
        _isCut |= Interlocked.Decrement(ref _stepsLeft) < 0;
        RequirePower();
    }

    private void RequirePower()
    {
        if (_isCut)
        {
            throw new IOException("the power is off");
        }
    }

    private void Flush(IDiskFile file)
    {
        Step();
        _flushing.Wait();
        RequirePower();
        if (FailFlushes)
        {
            throw new IOException("the card is dying");
        }

        file.FlushData();
        Flushes++;
    }

    private sealed class TestFile(TestDisk disk, IDiskFile file) : IDiskFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> buffer, long offset) => file.Read(buffer, offset);

        public void Write(ReadOnlySpan<byte> data, long offset)
        {
            disk.Step();
            file.Write(data, offset);
        }

        public void FlushData() => disk.Flush(file);

        public void Dispose() => file.Dispose();
    }
}
