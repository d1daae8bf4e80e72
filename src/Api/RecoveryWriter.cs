using System.Text.Json;

namespace EdgeOrleans.Api;

/// <summary>What a start found, as the members of a JSON object.</summary>
internal static class RecoveryWriter
{
    public static void Write(Utf8JsonWriter json, StartRecovery found)
    {
        json.WriteString("started_at"u8, found.StartedAt.UtcDateTime);
        json.WriteBoolean("fresh"u8, found.IsFresh);
        json.WriteNumber("segments"u8, found.Segments);
        json.WriteNumber("frames"u8, found.Frames);
        json.WriteNumber("records"u8, found.Records);
        json.WriteString("torn_tail"u8, found.TornTail);
        json.WriteStartArray("damage"u8);
        foreach (var damage in found.Damage)
        {
            json.WriteStartObject();
            json.WriteString("message"u8, damage.Message);
            json.WriteNumber("first_frame"u8, damage.FirstFrame);
            json.WriteNumber("last_frame"u8, damage.LastFrame);
            Write(json, "collections", damage.Collections);
            Write(json, "keys", damage.Keys);
            json.WriteString("quarantine_file"u8, damage.QuarantineFile);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (found.ClockFloor is { } floor)
        {
            json.WriteString("clock_floor"u8, floor.UtcDateTime);
        }
        else
        {
            json.WriteNull("clock_floor"u8);
        }

        json.WriteBoolean("clock_began_at_floor"u8, found.IsClockAtFloor);
        json.WriteStartArray("steps"u8);
        foreach (var step in found.Steps)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, step.Name);
            json.WriteNumber("milliseconds"u8, Math.Round(step.Duration.TotalMilliseconds, 3));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
