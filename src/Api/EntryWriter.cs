using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace EdgeOrleans.Api;

/// <summary>
/// Sends an entry. By hand and with its length known: this is the answer to almost every request.
/// </summary>
internal static class EntryWriter
{
    /// <summary>Up to here an answer is put together in one buffer and leaves with one write; a longer value is not copied once more.</summary>
    private const int OneBufferBytes = 16 * 1024;

    /// <summary>A longer one is handed to the server in parts: of what it is given at once it makes a copy, whatever the client takes.</summary>
    private const int PartBytes = 64 * 1024;

    private static ReadOnlySpan<byte> BeforeValue => "\",\"value\":"u8;

    private static ReadOnlySpan<byte> BeforeTimestamp => ",\"timestamp\":\""u8;

    private static ReadOnlySpan<byte> End => "\"}"u8;

    /// <summary>Sends an entry with its value.</summary>
    public static async ValueTask Send(
        HttpContext context, int status, CollectionHandle collection, string key, ReadOnlyMemory<byte> value, DateTimeOffset now)
    {
        var tail = BeforeTimestamp.Length + JsonText.TimestampBytes + End.Length;
        var inOne = value.Length <= OneBufferBytes;
        var buffer = ArrayPool<byte>.Shared.Rent(
            collection.EntryHead.Length + JsonText.MaxBytes(key) + BeforeValue.Length + tail + (inOne ? value.Length : 0));
        try
        {
            var length = WriteHead(buffer, collection, key);
            BeforeValue.CopyTo(buffer.AsSpan(length));
            length += BeforeValue.Length;
            SetHead(context.Response, status, length + value.Length + tail);
            var body = context.Response.BodyWriter;
            if (inOne)
            {
                value.Span.CopyTo(buffer.AsSpan(length));
                length += value.Length;
            }
            else
            {
                await body.WriteAsync(buffer.AsMemory(0, length));
                for (var start = 0; start < value.Length; start += PartBytes)
                {
                    await body.WriteAsync(value.Slice(start, Math.Min(PartBytes, value.Length - start)));
                }

                length = 0;
            }

            length += WriteTail(buffer.AsSpan(length), now);
            await body.WriteAsync(buffer.AsMemory(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Sends an entry without a value: what a delete answers.</summary>
    public static async ValueTask SendWithoutValue(HttpContext context, CollectionHandle collection, string key, DateTimeOffset now)
    {
        var tail = 1 + BeforeTimestamp.Length + JsonText.TimestampBytes + End.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(collection.EntryHead.Length + JsonText.MaxBytes(key) + tail);
        try
        {
            var length = WriteHead(buffer, collection, key);
            buffer[length++] = (byte)'"';
            length += WriteTail(buffer.AsSpan(length), now);
            SetHead(context.Response, StatusCodes.Status200OK, length);
            await context.Response.BodyWriter.WriteAsync(buffer.AsMemory(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void SetHead(HttpResponse response, int status, int length)
    {
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = length;
    }

    private static int WriteHead(Span<byte> buffer, CollectionHandle collection, string key)
    {
        collection.EntryHead.CopyTo(buffer);
        return collection.EntryHead.Length + JsonText.WriteName(key, buffer[collection.EntryHead.Length..]);
    }

    private static int WriteTail(Span<byte> buffer, DateTimeOffset now)
    {
        BeforeTimestamp.CopyTo(buffer);
        JsonText.WriteTimestamp(now, buffer[BeforeTimestamp.Length..]);
        var length = BeforeTimestamp.Length + JsonText.TimestampBytes;
        End.CopyTo(buffer[length..]);
        return length + End.Length;
    }
}
