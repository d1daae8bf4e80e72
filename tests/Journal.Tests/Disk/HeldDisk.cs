namespace EdgeOrleans.Journal.Tests.Disk;

/// <summary>A disk whose flushes do not come back while somebody holds it, as those of a card that hangs.</summary>
internal sealed class HeldDisk(IDisk disk) : IDisk
{
    private readonly ManualResetEventSlim _isFree = new(initialState: true);

    /// <summary>Set once a flush is held.</summary>
    public ManualResetEventSlim IsHolding { get; } = new();

    public long FreeBytes => disk.FreeBytes;

    public void Hold() => _isFree.Reset();

    public void LetGo() => _isFree.Set();

    public IReadOnlyList<string> List() => disk.List();

    public IDiskFile Create(string name) => new HeldFile(disk.Create(name), this);

    public IDiskFile Open(string name) => new HeldFile(disk.Open(name), this);

    public void Rename(string from, string to) => disk.Rename(from, to);

    public void Remove(string name) => disk.Remove(name);

    public void FlushNames() => disk.FlushNames();

    public void Dispose()
    {
        _isFree.Set();
        _isFree.Dispose();
        IsHolding.Dispose();
    }

    private void Wait()
    {
        if (!_isFree.IsSet)
        {
            IsHolding.Set();
            _isFree.Wait();
        }
    }

    private sealed class HeldFile(IDiskFile file, HeldDisk disk) : IDiskFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> buffer, long offset) => file.Read(buffer, offset);

        public void Write(ReadOnlySpan<byte> data, long offset) => file.Write(data, offset);

        public void FlushData()
        {
            disk.Wait();
            file.FlushData();
        }

        public void Dispose() => file.Dispose();
    }
}
