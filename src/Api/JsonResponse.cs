using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace EdgeOrleans.Api;

/// <summary>
/// An answer written with <see cref="Utf8JsonWriter"/> into a pooled buffer. A short one leaves with its length;
/// a long one leaves in parts as it is written, so that a page of 10,000 keys does not stand in memory twice.
/// </summary>
internal sealed class JsonResponse : IBufferWriter<byte>, IDisposable
{
    private const int PartBytes = 32 * 1024;
    private const int FirstBufferBytes = 1024;

    private static readonly JsonWriterOptions Options = new()
    {
        // The answer is application/json and never part of a page: only what JSON itself demands is escaped.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBufferBytes);
    private int _written;

    public JsonResponse() => Json = new Utf8JsonWriter(this, Options);

    public Utf8JsonWriter Json { get; }

    /// <summary>Begins an object with its <c>message</c>.</summary>
    public static JsonResponse Begin(string message)
    {
        var response = new JsonResponse();
        response.Json.WriteStartObject();
        response.Json.WriteString("message"u8, message);
        return response;
    }

    /// <summary>Sends what has been written so far if it is much. The status is final from then on.</summary>
    public async ValueTask SendPart(HttpContext context, int status)
    {
        if (_written + Json.BytesPending < PartBytes)
        {
            return;
        }

        Json.Flush();
        SetHead(context.Response, status);
        await context.Response.BodyWriter.WriteAsync(_buffer.AsMemory(0, _written));
        _written = 0;
    }

    /// <summary>Ends the object with its <c>timestamp</c> and sends it.</summary>
    public ValueTask End(HttpContext context, int status, DateTimeOffset now)
    {
        Span<byte> timestamp = stackalloc byte[JsonText.TimestampBytes];
        JsonText.WriteTimestamp(now, timestamp);
        Json.WriteString("timestamp"u8, timestamp);
        return End(context, status);
    }

    /// <summary>Ends the object and sends it.</summary>
    public async ValueTask End(HttpContext context, int status)
    {
        Json.WriteEndObject();
        Json.Flush();
        if (!context.Response.HasStarted)
        {
            SetHead(context.Response, status);
            context.Response.ContentLength = _written;
        }

        await context.Response.BodyWriter.WriteAsync(_buffer.AsMemory(0, _written));
    }

    public void Advance(int count) => _written += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return _buffer.AsMemory(_written);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose()
    {
        Json.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private static void SetHead(HttpResponse response, int status)
    {
        if (!response.HasStarted)
        {
            response.StatusCode = status;
            response.ContentType = "application/json";
        }
    }

    private void Ensure(int sizeHint)
    {
        var needed = _written + Math.Max(sizeHint, 1);
        if (needed <= _buffer.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _buffer.Length * 2));
        _buffer.AsSpan(0, _written).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
