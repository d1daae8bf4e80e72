namespace EdgeOrleans.Journal.Tests.Disk;

/// <summary>
/// A directory in memory that forgets at a power cut what no flush has covered: writes one by one, names as a prefix of
/// their order, data and names independently of each other. Seeded, so that a cut can be repeated.
/// </summary>
public sealed class FaultyDisk : IDisk
{
    public const int SectorBytes = 512;

    private readonly Dictionary<string, FaultyFile> _names;
    private readonly Dictionary<string, FaultyFile> _flushedNames;
    private readonly List<Action<Dictionary<string, FaultyFile>>> _unflushedNames = [];

    public FaultyDisk()
        : this([])
    {
    }

    private FaultyDisk(Dictionary<string, FaultyFile> names)
    {
        _names = names;
        _flushedNames = new Dictionary<string, FaultyFile>(names);
    }

    /// <summary>Called before each operation that changes something, with its kind and the name; throws to inject a fault.</summary>
    public Action<string, string>? Before { get; set; }

    /// <summary>How many operations have changed something.</summary>
    public int Operations { get; private set; }

    /// <summary>What fits in all files together.</summary>
    public long Capacity { get; set; } = long.MaxValue / 2;

    public long FreeBytes => Math.Max(0, Capacity - _names.Values.Sum(file => file.Length));

    public IReadOnlyList<string> List() => [.. _names.Keys];

    /// <summary>The file of a name, to look at or to damage.</summary>
    public FaultyFile this[string name] => _names[name];

    /// <summary>The disk as a machine finds it when the power comes back.</summary>
    public FaultyDisk AfterPowerCut(Random random)
    {
        var names = new Dictionary<string, FaultyFile>(_flushedNames);
        foreach (var change in _unflushedNames.Take(random.Next(_unflushedNames.Count + 1)))
        {
            change(names);
        }

        var files = names.Values.Distinct().ToDictionary(file => file, file => file.AfterPowerCut(random));
        return new FaultyDisk(names.ToDictionary(name => name.Key, name => files[name.Value])) { Capacity = Capacity };
    }

    public IDiskFile Create(string name)
    {
        Enter("create", name);
        if (_names.ContainsKey(name))
        {
            throw new IOException($"{name} exists.");
        }

        var file = new FaultyFile();
        Change(names => names[name] = file);
        return new Handle(this, file);
    }

    public IDiskFile Open(string name) =>
        _names.TryGetValue(name, out var file) ? new Handle(this, file) : throw new FileNotFoundException(name);

    public void Rename(string from, string to)
    {
        Enter("rename", from);
        var file = _names[from];
        Change(names =>
        {
            names.Remove(from);
            names[to] = file;
        });
    }

    public void Remove(string name)
    {
        Enter("remove", name);
        Change(names => names.Remove(name));
    }

    public void FlushNames()
    {
        Enter("flush names", "");
        foreach (var change in _unflushedNames)
        {
            change(_flushedNames);
        }

        _unflushedNames.Clear();
    }

    public void Dispose()
    {
    }

    private void Change(Action<Dictionary<string, FaultyFile>> change)
    {
        change(_names);
        _unflushedNames.Add(change);
    }

    private void Enter(string operation, string name)
    {
        Before?.Invoke(operation, name);
        Operations++;
    }

    private sealed class Handle(FaultyDisk disk, FaultyFile file) : IDiskFile
    {
        public long Length => file.Length;

        // A file that was renamed or removed is written through the old handle all the same.
        private string Name => disk._names.FirstOrDefault(entry => entry.Value == file).Key ?? "";

        public int Read(Span<byte> buffer, long offset) => file.Read(buffer, offset);

        public void Write(ReadOnlySpan<byte> data, long offset)
        {
            // What reaches the cache before the fault may reach flash as well.
            var grown = Math.Max(0, offset + data.Length - file.Length);
            var room = disk.FreeBytes;
            try
            {
                disk.Enter("write", Name);
            }
            catch (PowerCutException)
            {
                file.Write(data, offset);
                throw;
            }

            if (grown > room)
            {
                file.Write(data[..(int)Math.Min(data.Length, room)], offset);
                throw new DiskFullException();
            }

            file.Write(data, offset);
        }

        public void FlushData()
        {
            try
            {
                disk.Enter("flush", Name);
            }
            catch (IOException)
            {
                file.LoseUnflushed();
                throw;
            }

            file.Flush();
        }

        public void Dispose()
        {
        }
    }
}
