using System.Buffers;
using System.Text.Json;

namespace EdgeOrleans.Silo.Site;

/// <summary>
/// The <see cref="DeviceRecord"/> as JSON: <c>{"id", "machine": {…}, "claims": […], "ahead": […]}</c>. Written by hand, because .NET's
/// serializer, which nothing else here needs, is 0.4 MB of the native binary.
/// </summary>
internal static class DeviceRecordJson
{
    public static byte[] Write(DeviceRecord record)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("id", record.Id);
            json.WriteStartObject("machine");
            foreach (var (name, value) in record.Machine)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
            WriteTexts(json, "claims", record.Claims);
            WriteTexts(json, "ahead", record.Ahead);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="JsonException">It is not such a record.</exception>
    public static DeviceRecord Read(ReadOnlyMemory<byte> text)
    {
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;
        try
        {
            return new DeviceRecord
            {
                Id = root.GetProperty("id").GetString()!,
                Machine = root.GetProperty("machine").EnumerateObject().ToDictionary(static mark => mark.Name, static mark => mark.Value.GetString()!),
                Claims = Texts(root.GetProperty("claims")),
                Ahead = Texts(root.GetProperty("ahead")),
            };
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException)
        {
            throw new JsonException("the identity of this data is not as it was written", e);
        }
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static string[] Texts(JsonElement array) => [.. array.EnumerateArray().Select(static text => text.GetString()!)];
}
