using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace EdgeOrleans.Load.Flash;

/// <summary>What one would write first: a line at the end of a file, and a flush for each.</summary>
internal sealed partial class AppendStore(string directory) : IStore
{
    private readonly Lock _gate = new();
    private readonly SafeFileHandle _file = File.OpenHandle(Path.Combine(directory, "log"), FileMode.Create, FileAccess.Write);
    private long _length;

    public ValueTask Set(int worker, string key, string json)
    {
        var line = Encoding.ASCII.GetBytes($"{key} {json}\n");
        lock (_gate)
        {
            RandomAccess.Write(_file, line, _length);
            _length += line.Length;
            if (FlushData(_file) != 0)
            {
                throw new LoadFault("The log cannot be flushed.");
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _file.Dispose();
        return ValueTask.CompletedTask;
    }

    [LibraryImport("libc", EntryPoint = "fdatasync")]
    private static partial int FlushData(SafeFileHandle file);
}
