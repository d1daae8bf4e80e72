using EdgeOrleans.Journal;

namespace EdgeOrleans.Silo.Systemd;

/// <summary>A disk whose calls are seen, so that a service manager can be told the truth of a slow start or a hanging card.</summary>
internal sealed class ObservedDisk(IDisk disk, DiskActivity activity) : IDisk
{
    public long FreeBytes => disk.FreeBytes;

    public IReadOnlyList<string> List() => disk.List();

    public IDiskFile Create(string name)
    {
        using var call = activity.Begin();
        return new ObservedFile(disk.Create(name), activity);
    }

    public IDiskFile Open(string name)
    {
        using var call = activity.Begin();
        return new ObservedFile(disk.Open(name), activity);
    }

    public void Rename(string from, string to)
    {
        using var call = activity.Begin();
        disk.Rename(from, to);
    }

    public void Remove(string name)
    {
        using var call = activity.Begin();
        disk.Remove(name);
    }

    public void FlushNames()
    {
        using var call = activity.Begin();
        disk.FlushNames();
    }

    public void Dispose() => disk.Dispose();

    private sealed class ObservedFile(IDiskFile file, DiskActivity activity) : IDiskFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> buffer, long offset)
        {
            using var call = activity.Begin();
            return file.Read(buffer, offset);
        }

        public void Write(ReadOnlySpan<byte> data, long offset)
        {
            using var call = activity.Begin();
            file.Write(data, offset);
        }

        public void FlushData()
        {
            using var call = activity.Begin();
            file.FlushData();
        }

        public void Dispose() => file.Dispose();
    }
}
