using System.Diagnostics;
using System.Globalization;
using EdgeOrleans.Oracle;
using EdgeOrleans.Endurance.Tests.Traffic;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Endurance.Tests.Storage;

/// <summary>Storage that is away until the journal is full.</summary>
public sealed class BacklogTests
{
    private const int SegmentBytes = 163_840;
    private const int MaxBytes = 8 * SegmentBytes;

    [Fact]
    public async Task Full_journal_refuses_writes_and_is_small_again_when_storage_is_back()
    {
        using var directory = new ServiceDirectory();
        var values = new Dictionary<Place, string>();
        await using var service = await Running.Start(
            directory,
            ("Limits:ValueBytes", "1024"),
            ("Journal:SegmentBytes", $"{SegmentBytes}"),
            ("Journal:MaxBytes", $"{MaxBytes}"),
            ("WriteBehind:SaveAfterMs", "100"));
        Assert.Equal(201, (await service.Client.Set(Numbered(0), "0")).Status);
        await Saved.Expect(service, directory, Numbered(0), "0");

        int taken;
        using (HeldDatabase.AgainstWriters(directory.DataPath))
        {
            var refused = await SetUntilRefused(service, values);
            taken = values.Count;
            Assert.Equal((503, "BACKLOG_FULL"), (refused.Status, refused.Code));
            Assert.True(int.Parse(refused.RetryAfter!, CultureInfo.InvariantCulture) > 0);
            Assert.Contains($"{MaxBytes} bytes (Journal:MaxBytes)", refused.Body, StringComparison.Ordinal);
            await ExpectReads(service, values);

            // What little the journal finds to free itself is used up first.
            var health = await Running.Until(
                async () => (await SetUntilRefused(service, values)).Code == "BACKLOG_FULL" ? await service.Client.Health() : default,
                static r => r.Status == 503);
            Assert.Equal(503, health.Status);
            Assert.Contains("Journal:MaxBytes", health.Raw("message"), StringComparison.Ordinal);
            Assert.Contains("storage", health.Raw("warnings"), StringComparison.OrdinalIgnoreCase);
            Assert.Equal(200, (await service.Client.Live()).Status);

            // What takes away is let in a little longer.
            Assert.Equal(200, (await service.Client.Delete(Numbered(1))).Status);
            values.Remove(Numbered(1));
        }

        var accepted = await Running.Until(() => service.Client.Set(Numbered(2), "2"), static r => r.Status == 201);
        Assert.Equal(201, accepted.Status);
        values[Numbered(2)] = "2";
        await ExpectSaved(directory, values);
        await ExpectReads(service, values);
        var healthy = await Running.Until(service.Client.Health, static r => r.Raw("warnings") is null);
        Assert.Equal("200 no warnings", $"{healthy.Status} {healthy.Raw("warnings") ?? "no warnings"}");

        // The journal is small again: the next time that storage is away it takes as much as the first.
        using (HeldDatabase.AgainstWriters(directory.DataPath))
        {
            var before = values.Count;
            Assert.Equal("BACKLOG_FULL", (await SetUntilRefused(service, values)).Code);
            Assert.InRange(values.Count - before, taken * 3 / 4, taken * 2);
        }

        await ExpectSaved(directory, values);
        await service.Process.Kill();
        await using var again = await Running.Start(directory, ("Limits:ValueBytes", "1024"));
        await ExpectReads(again, values);
    }

    private static Place Numbered(int i) => new("default", $"c{i % 3}", $"k{i}");

    private static async Task<Reply> SetUntilRefused(Running service, Dictionary<Place, string> values)
    {
        for (var i = values.Count; ; i++)
        {
            var (place, value) = (Numbered(i), $"\"{i}-{new string('x', 700)}\"");
            var reply = await service.Client.Set(place, value);
            if (reply.Status != 201)
            {
                return reply;
            }

            values[place] = value;
            Assert.True(values.Count < 5000, "the journal has no limit");
        }
    }

    private static async Task ExpectSaved(ServiceDirectory directory, Dictionary<Place, string> values)
    {
        // The last changes are a delete and a second value of an old key, so nothing less than all of it says that all is saved.
        var expected = values.OrderBy(static v => v.Key.ToString()).ToArray();
        for (var begin = Stopwatch.GetTimestamp(); ; await Task.Delay(50))
        {
            var saved = Saved.Read(directory).OrderBy(static v => v.Key.ToString()).ToArray();
            if (saved.SequenceEqual(expected) || Stopwatch.GetElapsedTime(begin) > TimeSpan.FromSeconds(30))
            {
                Assert.Equal(expected, saved);
                return;
            }
        }
    }

    private static async Task ExpectReads(Running service, Dictionary<Place, string> values)
    {
        foreach (var (place, value) in values)
        {
            Assert.Equal(value, (await service.Client.Get(place)).Raw("value"));
        }
    }
}
