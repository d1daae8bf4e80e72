namespace EdgeOrleans.Journal;

/// <summary>A disk that counts what is written to it and flushed.</summary>
internal sealed class CountedDisk(IDisk disk, FlashWrites writes) : IDisk
{
    public long FreeBytes => disk.FreeBytes;

    public IReadOnlyList<string> List() => disk.List();

    public IDiskFile Create(string name) => new CountedFile(disk.Create(name), writes);

    public IDiskFile Open(string name) => new CountedFile(disk.Open(name), writes);

    public void Rename(string from, string to) => disk.Rename(from, to);

    public void Remove(string name) => disk.Remove(name);

    public void FlushNames()
    {
        disk.FlushNames();
        writes.Add(0, 1);
    }

    public void Dispose() => disk.Dispose();

    private sealed class CountedFile(IDiskFile file, FlashWrites writes) : IDiskFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> buffer, long offset) => file.Read(buffer, offset);

        public void Write(ReadOnlySpan<byte> data, long offset)
        {
            file.Write(data, offset);
            writes.Add(data.Length, 0);
        }

        public void FlushData()
        {
            file.FlushData();
            writes.Add(0, 1);
        }

        public void Dispose() => file.Dispose();
    }
}
