using System.Globalization;
using System.Text;

namespace EdgeOrleans.Journal;

/// <summary>Sets damaged bytes aside for whoever wants to look at them: one line of text that says where they were, then the bytes.</summary>
internal sealed class Quarantine(IDisk disk, IReadOnlyList<string> names)
{
    private const string Prefix = "quarantine-";

    // The name of a file that a power cut may have left half written.
    private const string Unfinished = "quarantine-unfinished";

    /// <summary>Whether a file is one of these by its name.</summary>
    public static bool IsName(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>
    /// Writes the file, unless an earlier start has done so already: damage stays in its segment until that is used again.
    /// </summary>
    /// <returns>The name, or null when there is no room: a full card must not keep the service from starting.</returns>
    public string? TryKeep(string segment, int offset, ReadOnlySpan<byte> bytes, long firstFrame, long lastFrame)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Path.GetFileNameWithoutExtension(segment)}-{offset}.bin");
        if (names.Contains(name))
        {
            return name;
        }

        if (names.Contains(Unfinished))
        {
            disk.Remove(Unfinished);
        }

        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"EdgeOrleans journal quarantine 1: {bytes.Length} bytes from byte {offset} of {segment}, frames {firstFrame} to {lastFrame}\n");
        try
        {
            using var file = disk.Create(Unfinished);
            var text = Encoding.ASCII.GetBytes(line);
            file.Write(text, 0);
            file.Write(bytes, text.Length);
            file.FlushData();
        }
        catch (DiskFullException)
        {
            Discard();
            return null;
        }

        disk.Rename(Unfinished, name);
        disk.FlushNames();
        return name;
    }

    private void Discard()
    {
        if (disk.List().Contains(Unfinished))
        {
            disk.Remove(Unfinished);
        }
    }
}
