using EdgeOrleans.Journal;

namespace EdgeOrleans.WriteBehind.Tests;

/// <summary>A disk that loses nothing: these tests are about storage, and the journal has tests of its own.</summary>
internal sealed class MemoryDisk : IDisk
{
    private readonly Dictionary<string, MemoryFile> _files = [];

    public long FreeBytes => 1L << 40;

    public IReadOnlyList<string> List() => [.. _files.Keys];

    public IDiskFile Create(string name) => _files[name] = new MemoryFile();

    public IDiskFile Open(string name) => _files[name];

    public void Rename(string from, string to)
    {
        _files[to] = _files[from];
        _files.Remove(from);
    }

    public void Remove(string name) => _files.Remove(name);

    public void FlushNames()
    {
    }

    public void Dispose()
    {
    }

    private sealed class MemoryFile : IDiskFile
    {
        private byte[] _data = [];

        public long Length => _data.Length;

        public int Read(Span<byte> buffer, long offset)
        {
            var count = (int)Math.Clamp(_data.Length - offset, 0, buffer.Length);
            _data.AsSpan((int)offset, count).CopyTo(buffer);
            return count;
        }

        public void Write(ReadOnlySpan<byte> data, long offset)
        {
            if (_data.Length < offset + data.Length)
            {
                Array.Resize(ref _data, (int)offset + data.Length);
            }

            data.CopyTo(_data.AsSpan((int)offset));
        }

        public void FlushData()
        {
        }

        public void Dispose()
        {
        }
    }
}
