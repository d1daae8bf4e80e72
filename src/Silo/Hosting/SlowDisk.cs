using EdgeOrleans.Journal;

namespace EdgeOrleans.Silo.Hosting;

/// <summary>A disk whose flushes take longer: a worn SD card, for tests of what a client notices of one.</summary>
internal sealed class SlowDisk(IDisk disk, TimeSpan flushDelay) : IDisk
{
    public long FreeBytes => disk.FreeBytes;

    public IReadOnlyList<string> List() => disk.List();

    public IDiskFile Create(string name) => new SlowFile(disk.Create(name), flushDelay);

    public IDiskFile Open(string name) => new SlowFile(disk.Open(name), flushDelay);

    public void Rename(string from, string to) => disk.Rename(from, to);

    public void Remove(string name) => disk.Remove(name);

    public void FlushNames()
    {
        Thread.Sleep(flushDelay);
        disk.FlushNames();
    }

    public void Dispose() => disk.Dispose();

    private sealed class SlowFile(IDiskFile file, TimeSpan flushDelay) : IDiskFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> buffer, long offset) => file.Read(buffer, offset);

        public void Write(ReadOnlySpan<byte> data, long offset) => file.Write(data, offset);

        public void FlushData()
        {
            Thread.Sleep(flushDelay);
            file.FlushData();
        }

        public void Dispose() => file.Dispose();
    }
}
