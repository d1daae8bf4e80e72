using EdgeOrleans.Journal;

namespace EdgeOrleans.Simulation.Disk;

/// <summary>
/// A directory on a medium that does everything a real one may do at a power cut, and some of what it may do before:
/// see <see cref="SimulatedFile"/> for content, <see cref="NameLog"/> for names. It lives through cuts; the process on top does not.
/// </summary>
internal sealed class SimulatedDisk(SeededRandom random, Trace trace)
{
    private readonly NameLog _names = new();
    private readonly HashSet<SimulatedFile> _dirty = [];
    private int _mounts;
    private int _nextFileId;
    private long _nextWrite;
    private (SimulatedFile File, int FirstPage, int LastPage)? _newest;
    private (SimulatedFile File, int FirstPage, int LastPage)? _newestFlushed;

    /// <summary>What may go wrong from now on.</summary>
    public DiskFaults Faults { get; } = new();

    /// <summary>Operations that change something, flushes included, since the start of the seed.</summary>
    public long OperationCount { get; private set; }

    /// <summary>The operation at which the process ends.</summary>
    public long EndAt { get; set; } = long.MaxValue;

    /// <summary>Whether it ends by a kill, which leaves the page cache, and not by the power.</summary>
    public bool EndIsKill { get; set; }

    /// <summary>The process was killed in the middle of an operation: nothing works until the next <see cref="Mount"/>.</summary>
    public bool IsKilled { get; private set; }

    /// <summary>The power is gone: nothing works until <see cref="PowerOn"/>.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Sectors that were damaged after they had been flushed.</summary>
    public int DamageCount { get; private set; }

    /// <summary>
    /// A sector of the write that came last was damaged. What nothing follows cannot be told from a write that was cut off:
    /// its loss may go unreported until this is set back.
    /// </summary>
    public bool IsNewestDamaged { get; set; }

    /// <summary>Bytes of all files.</summary>
    public long UsedBytes
    {
        get
        {
            var used = 0L;
            foreach (var file in _names.Current.Values)
            {
                used += file.Length;
            }

            return used;
        }
    }

    /// <summary>The directory for a process that starts now. The one before loses it, whatever it still tries.</summary>
    public IDisk Mount()
    {
        IsKilled = false;
        return new MountedDisk(this, ++_mounts);
    }

    /// <summary>The process is killed: its handles work no more, and the page cache stays.</summary>
    public void Unmount() => _mounts++;

    /// <summary>Pages that the kernel takes for clean may leave the cache at any time.</summary>
    public void Evict()
    {
        foreach (var file in _names.Current.Values)
        {
            file.Evict();
        }
    }

    /// <summary>Cuts the power now, wherever the process is.</summary>
    public void Cut()
    {
        if (!IsCut)
        {
            IsCut = true;
            trace.Add($"    disk: POWER CUT at operation {OperationCount}");
        }
    }

    /// <summary>What survived the cut becomes what there is.</summary>
    public void PowerOn()
    {
        var survival = new Survival(random);
        var pending = _names.PendingCount;
        var survivors = random.Below(4) switch { 0 => 0, 1 => pending, _ => random.Between(0, pending) };
        var unflushed = 0;
        _names.Cut(survivors);
        foreach (var file in _dirty.Union(_names.Current.Values).OrderBy(file => file.Id))
        {
            unflushed += file.Cut(survival);
        }

        _dirty.Clear();
        Faults.IsReadOnly = false;
        EndAt = long.MaxValue;
        IsCut = false;
        trace.Add($"    disk: power on; {survivors} of {pending} changes of names and lengths survived, {unflushed} pieces of writes had no flush, {survival}");
        foreach (var (name, file) in _names.Current)
        {
            trace.Add($"    disk:   {name} (file {file.Id}), {file.Length} bytes");
        }
    }

    /// <summary>Damages one sector at random, as wear does while the power is off or on.</summary>
    public void DamageSomething()
    {
        var files = _names.Current.Where(pair => pair.Value.Length > 0).ToArray();
        if (files.Length == 0)
        {
            return;
        }

        var (name, file) = files[random.Below(files.Length)];
        var page = random.Below(file.PageCount);
        var start = random.Below(8) * 512;
        var sector = new byte[512];
        file.Read(sector, ((long)page * SimulatedFile.PageBytes) + start);
        switch (random.Below(4))
        {
            case 0:
                random.Fill(sector);
                break;
            case 1:
                sector.AsSpan().Clear();
                break;
            default:
                sector[random.Below(sector.Length)] ^= (byte)(1 << random.Below(8));
                break;
        }

        file.Damage(page, start, sector);
        DamageCount++;

        // Of a later write that had no flush nothing may be left, and then the flushed one is the newest.
        IsNewestDamaged |= IsIn(_newest) || IsIn(_newestFlushed);
        trace.Add($"    disk: DAMAGE in {name} (file {file.Id}) at {(page * SimulatedFile.PageBytes) + start}");

        bool IsIn((SimulatedFile File, int FirstPage, int LastPage)? write) =>
            write is { } pages && pages.File == file && page >= pages.FirstPage && page <= pages.LastPage;
    }

    private long FreeBytes => Math.Max(0, Faults.CapacityBytes - UsedBytes);

    private SimulatedFile Create(string name)
    {
        Step();
        if (_names.Current.ContainsKey(name))
        {
            throw new IOException($"'{name}' exists.");
        }

        var file = new SimulatedFile(_nextFileId++);
        _names.Create(name, file);
        trace.Add($"    disk: create {name} (file {file.Id})");
        ThrowIfGone();
        return file;
    }

    private SimulatedFile Open(string name) =>
        _names.Current.TryGetValue(name, out var file)
            ? file
            : throw new FileNotFoundException($"'{name}' does not exist.", name);

    private void Rename(string from, string to)
    {
        Step();
        if (!_names.Current.ContainsKey(from))
        {
            throw new FileNotFoundException($"'{from}' does not exist.", from);
        }

        _names.Rename(from, to);
        trace.Add($"    disk: rename {from} to {to}");
        ThrowIfGone();
    }

    private void Remove(string name)
    {
        Step();
        if (_names.Current.ContainsKey(name))
        {
            _names.Remove(name);
        }

        trace.Add($"    disk: remove {name}");
        ThrowIfGone();
    }

    private void FlushNames()
    {
        Step();
        ThrowIfGone();
        if (random.PerMille(Faults.NameFlushFailuresPerMille))
        {
            // A file system whose own journal fails goes read-only.
            Faults.IsReadOnly = random.Coin();
            trace.Add($"    disk: flush of names FAILS{(Faults.IsReadOnly ? ", read-only from now on" : "")}");
            throw new IOException("Input/output error (simulated flush of the directory).");
        }

        _names.FlushNames();

        trace.Add($"    disk: flush names");
    }

    private void Step()
    {
        ThrowIfGone();
        if (++OperationCount < EndAt)
        {
            ThrowIfReadOnly();
        }
        else if (EndIsKill)
        {
            IsKilled = true;
            EndAt = long.MaxValue;
            trace.Add($"    disk: KILL at operation {OperationCount}");
        }
        else
        {
            Cut();
        }
    }

    private void ThrowIfReadOnly()
    {
        if (Faults.IsReadOnly)
        {
            throw new IOException("Read-only file system (simulated).");
        }
    }

    /// <summary>The operation at which the process ends may have been carried out or not: survival decides later.</summary>
    private void ThrowIfGone()
    {
        if (IsCut || IsKilled)
        {
            throw new ProcessGoneException();
        }
    }

    private void Write(SimulatedFile file, ReadOnlySpan<byte> data, long offset)
    {
        Step();
        var growth = offset + data.Length - file.Length;
        if (growth > 0 && growth > FreeBytes)
        {
            trace.Add($"    disk: NO ROOM for {growth} bytes more in file {file.Id}");
            data = data[..(int)Math.Clamp(FreeBytes + file.Length - offset, 0, data.Length - 1)];
            if (!data.IsEmpty && random.Coin())
            {
                // What fits may be there all the same.
                Put(file, data, offset);
            }

            throw new DiskFullException($"No space left on device (simulated; {FreeBytes} bytes free).");
        }

        Put(file, data, offset);
        ThrowIfGone();
    }

    private void Put(SimulatedFile file, ReadOnlySpan<byte> data, long offset)
    {
        var length = file.Length;
        file.Write(data, offset, _nextWrite++);
        if (offset > 0)
        {
            // The first page of a file is a header and comes before what it heads.
            _newest = (file, (int)(offset / SimulatedFile.PageBytes), (int)((offset + data.Length - 1) / SimulatedFile.PageBytes));
        }

        _dirty.Add(file);
        if (file.Length > length)
        {
            _names.Lengthen(file);
        }

        trace.Add($"    disk: write {data.Length} bytes at {offset} of file {file.Id}");
    }

    private void Flush(SimulatedFile file)
    {
        Step();
        ThrowIfGone();
        if (random.PerMille(Faults.FlushFailuresPerMille))
        {
            file.LoseFlush(new Survival(random));
            _dirty.Remove(file);
            trace.Add($"    disk: flush of file {file.Id} FAILS");
            throw new IOException("Input/output error (simulated flush).");
        }

        file.Flush();
        _newestFlushed = _newest?.File == file ? _newest : _newestFlushed;
        _names.FlushLength(file);
        _dirty.Remove(file);

        trace.Add($"    disk: flush file {file.Id}");
    }

    /// <summary>What one process sees. Dead once the process is.</summary>
    private sealed class MountedDisk(SimulatedDisk disk, int mount) : IDisk
    {
        public long FreeBytes => Alive().FreeBytes;

        public IReadOnlyList<string> List() => [.. Alive()._names.Current.Keys];

        public IDiskFile Create(string name) => new Handle(this, Alive().Create(name));

        public IDiskFile Open(string name) => new Handle(this, Alive().Open(name));

        public void Rename(string from, string to) => Alive().Rename(from, to);

        public void Remove(string name) => Alive().Remove(name);

        public void FlushNames() => Alive().FlushNames();

        public void Dispose()
        {
        }

        public SimulatedDisk Alive() => disk._mounts == mount ? disk : throw new ProcessGoneException();
    }

    private sealed class Handle(MountedDisk mount, SimulatedFile file) : IDiskFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> buffer, long offset)
        {
            mount.Alive().ThrowIfGone();
            return file.Read(buffer, offset);
        }

        public void Write(ReadOnlySpan<byte> data, long offset) => mount.Alive().Write(file, data, offset);

        public void FlushData() => mount.Alive().Flush(file);

        public void Dispose()
        {
        }
    }
}
