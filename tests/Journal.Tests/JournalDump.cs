using System.Globalization;
using System.Text;
using EdgeOrleans.Journal.Tests.Disk;

namespace EdgeOrleans.Journal.Tests;

/// <summary>What is on a disk, for the eyes of whoever looks into a failure.</summary>
internal static class JournalDump
{
    public static string Of(FaultyDisk disk)
    {
        var text = new StringBuilder();
        foreach (var name in disk.List().Where(name => name.EndsWith(".segment")).Order())
        {
            var bytes = disk[name].Cache;
            if (!SegmentHeader.TryRead(bytes, out var header))
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"{name} without header");
                continue;
            }

            text.AppendLine(CultureInfo.InvariantCulture, $"{name} after {header.LastFrameBefore} carried through {header.CarriedThrough}");
            foreach (var stretch in JournalScan.Read(bytes, header.Generation))
            {
                text.Append(CultureInfo.InvariantCulture, $"  {stretch.Offset} {stretch.Trace} {stretch.Frame.Number}:");
                var offset = stretch.Offset + FrameHeader.Bytes;
                while (stretch.Trace == FrameTrace.Whole && offset < stretch.Offset + stretch.Frame.Length
                    && RecordFrame.TryReadHead(bytes[offset..], out var head))
                {
                    text.Append(CultureInfo.InvariantCulture, $" {(head.Kind == RecordKind.Data ? "" : "mark ")}{Encoding.UTF8.GetString(head.Owner(bytes[offset..]))} {head.Sequence}");
                    offset += head.Size;
                }

                text.AppendLine();
            }
        }

        return text.ToString();
    }
}
