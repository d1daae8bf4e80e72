using System.Globalization;
using System.Text;

namespace EdgeOrleans.Silo.Doctor;

/// <summary>An examination as text: what is there, what was measured, what to expect, what to do.</summary>
internal static class DoctorReport
{
    private const double MiB = 1024 * 1024;
    private const double GiB = 1024 * MiB;

    public static string Write(Examination examination, IReadOnlyList<Finding> findings)
    {
        var text = new StringBuilder();
        Facts(text, examination);
        if (examination.Card is { } card)
        {
            Measured(text, card);
            Expected(text, new Forecast(card, examination.TotalBytes));
        }

        foreach (var finding in findings)
        {
            Line(text, finding.IsUnfit ? "Unfit" : "Note", finding.Text);
        }

        var verdict = findings.Any(static finding => finding.IsUnfit) ? "not fit" : "fit";
        return text.Append(CultureInfo.InvariantCulture, $"\n{examination.Options.DataPath} is {verdict} for this service.").ToString();
    }

    private static void Facts(StringBuilder text, Examination examination)
    {
        var machine = examination.Machine;
        var mount = examination.Mount;
        Line(text, "Machine", $"{machine.Architecture}, {machine.Cores} cores, {machine.MemoryBytes / MiB:0} MiB, pages of {machine.PageBytes / 1024} KiB{(machine.HasOnly32BitPrograms is true ? ", 32-bit programs" : "")}");
        Line(text, "Clock", $"{machine.ClockSource ?? "of an unknown source"}, {(machine.IsClockSynchronised ? "synchronised" : "not synchronised")}");
        Line(text, "File system", $"{mount.Type} on {mount.Source}, mounted at {mount.Point} with {string.Join(',', mount.Options)}");
        Line(text, "Room", $"{examination.FreeBytes / GiB:0.00} GiB free of {examination.TotalBytes / GiB:0.00} GiB");
        Line(text, "Root", examination.IsRootReadOnly ? "read-only" : "writable");
        if (examination.Device is { } device)
        {
            Line(text, "Device", $"{device.Name}{(device.WriteCache is { } cache ? $", {cache} cache" : "")}");
        }

        if (examination.IsServiceRunning)
        {
            Line(text, "Service", "running on this directory: its writes and these measurements hold each other up");
        }
    }

    private static void Measured(StringBuilder text, CardFigures card)
    {
        var flushes = card.Flushes;
        text.Append('\n');
        Line(text, "Flush", $"p50 {Milliseconds(flushes.P50)}, p99 {Milliseconds(flushes.P99)}, longest {Milliseconds(flushes.Longest)} of {flushes.Count} writes of 4 KiB with fdatasync");
        Line(text, "Sequential", $"{card.SequentialBytesPerSecond / MiB:0.0} MiB/s");
        Line(text, "Scattered", $"{card.ScatteredWritesPerSecond:0} writes of 4 KiB per second");
        if (card.DeviceBytesPerFlush is { } bytes)
        {
            Line(text, "Written", $"{bytes:0} bytes to the device for each flush, whoever wrote them");
        }
    }

    private static void Expected(StringBuilder text, Forecast forecast)
    {
        text.Append('\n');
        Line(text, "SET", $"p50 about {Milliseconds(forecast.SetP50)}, p99 about {Milliseconds(forecast.SetP99)} for one client");
        Line(text, "Serves", $"{Count(forecast.LoneWritesPerDay)} durable writes a day from one client that waits for each; clients at once share flushes");
        Line(text, "Stands", $"{Count(forecast.EnduredWritesPerDay)} such writes a day for {Forecast.Years} years, if all of it may be written {Forecast.FullWrites} times");
        text.Append('\n');
    }

    private static string Milliseconds(TimeSpan time) =>
        time.TotalMilliseconds.ToString(time.TotalMilliseconds < 10 ? "0.00" : "0", CultureInfo.InvariantCulture) + " ms";

    // Two digits: an estimate has no more.
    private static string Count(double count)
    {
        var unit = Math.Pow(10, Math.Max(0, Math.Floor(Math.Log10(Math.Max(count, 1))) - 1));
        return (Math.Floor(count / unit) * unit).ToString("#,0", CultureInfo.InvariantCulture);
    }

    private static void Line(StringBuilder text, string label, string what) =>
        text.Append(CultureInfo.InvariantCulture, $"{label,-12}").Append(what).Append('\n');
}
